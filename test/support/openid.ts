import * as openid from 'openid-client'

/** Tokens as openid-client hands them out. */
type OpenidTokens = Awaited<ReturnType<typeof openid.authorizationCodeGrant>>

/** openid-client as a public client that registered itself: no MCP, only OAuth. */
export type OpenidClient = {
  readonly clientId: string
  /** Sends the person to the authorization URL and redeems the code. */
  authorize(scope?: string): Promise<OpenidTokens>
  refresh(tokens: OpenidTokens, scope?: string): Promise<OpenidTokens>
  /** RFC 7009. */
  revoke(token: string): Promise<void>
}

type Options = {
  readonly issuer: string
  readonly resource: string
  readonly callback: string
  readonly walk: (address: URL) => Promise<URL>
  /** What it calls itself. */
  readonly name?: string
}

export async function openidClient({
  issuer,
  resource,
  callback,
  walk,
  name = 'openid-client',
}: Options): Promise<OpenidClient> {
  const metadata = { client_name: name, redirect_uris: [callback], token_endpoint_auth_method: 'none' }
  const config = await openid.dynamicClientRegistration(
    new URL(issuer),
    { ...metadata, application_type: 'native' },
    openid.None(),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  return {
    clientId: config.clientMetadata().client_id,
    async authorize(scope) {
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const expectedState = openid.randomState()
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        resource,
        ...(scope !== undefined && { scope }),
      })
      const back = await walk(address)
      return openid.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState }, { resource })
    },
    refresh: (tokens, scope) =>
      openid.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource, ...(scope !== undefined && { scope }) }),
    revoke: (token) => openid.tokenRevocation(config, token),
  }
}
