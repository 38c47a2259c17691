import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import { SCOPES } from '#commerce'
import { oidcAdapter } from './adapter.ts'
import { NAMED_SCOPES, settleRequest } from './asked-scopes.ts'
import { WORKSPACE_OF_CLIENT } from './client-adapter.ts'
import { sayProblem } from './error-page.ts'
import { features } from './features.ts'
import { alwaysAsk } from './interaction-policy.ts'
import type { ProviderParts } from './provider-parts.ts'

const MINUTE = 60
const DAY = 86_400
const ACCESS_TOKEN_SECONDS = 10 * MINUTE

/** oidc-provider as it is used here. What is not named is off or, by its default, strict. */
export function configuration(parts: ProviderParts): Configuration {
  const { authPool, keys, documents, grantOf } = parts
  return {
    adapter: oidcAdapter(authPool),
    jwks: keys.jwks(),
    cookies: { keys: keys.cookieKeys.map((key) => key.reveal()), short: waitingCookie },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      registration: '/oauth/register',
      revocation: '/oauth/revoke',
      jwks: '/oauth/jwks',
    },
    scopes: [...SCOPES],
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientDefaults: { grant_types: ['authorization_code'], id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    extraClientMetadata: { properties: [WORKSPACE_OF_CLIENT] },
    extraParams: { [NAMED_SCOPES]: (ctx) => settleRequest(ctx) },
    clientBasedCORS: isOwnOrigin,
    fetch: (input) => documents.fetch(`${input}`),
    ttl: lifetimes,
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    revokeGrantPolicy: () => true,
    expiresWithSession: () => false,
    // Only what was consented to in answer to this very request; never the last consent of the same client.
    loadExistingGrant: async ({ oidc }) => {
      const given = oidc.result?.consent?.grantId
      return given === undefined ? undefined : oidc.provider.Grant.find(given)
    },
    findAccount: async (ctx, accountId, token) => {
      if (token) keepsResource(ctx, token)
      await grantOf(ctx, token && 'grantId' in token ? token.grantId : undefined)
      return { accountId, claims: () => Promise.resolve({ sub: accountId }) }
    },
    interactions: { policy: alwaysAsk(), url: (_ctx, { uid }) => Promise.resolve(`/console/consent/${uid}`) },
    renderError: (ctx, { error, error_description }) => sayProblem(ctx, { error, error_description }),
    features: features(parts),
  }
}

/** Of the browser that waits for a person: bound to its path, out of reach for scripts. */
const waitingCookie = { httpOnly: true, secure: true, sameSite: 'lax', signed: true } as const

const lifetimes: Configuration['ttl'] = {
  AccessToken: (ctx) => withinGrant(ctx, ACCESS_TOKEN_SECONDS),
  ClientCredentials: ACCESS_TOKEN_SECONDS,
  AuthorizationCode: MINUTE,
  IdToken: ACCESS_TOKEN_SECONDS,
  Interaction: 10 * MINUTE,
  Session: DAY,
  RefreshToken: (ctx) => withinGrant(ctx, 14 * DAY),
  Grant: DAY,
}

/** No token lives longer than the grant that it stands on. */
function withinGrant({ oidc }: KoaContextWithOIDC, seconds: number): number {
  const exp = oidc.entities.Grant?.exp
  return exp === undefined ? seconds : Math.max(1, Math.min(seconds, exp - Math.floor(Date.now() / 1000)))
}

/** The library looks at the resource only when it has used up the refresh token; a request that is refused must not do that. */
function keepsResource({ oidc }: KoaContextWithOIDC, token: object): void {
  const asked = oidc.params?.resource
  if (asked === undefined || !('resource' in token)) return
  if (asked !== token.resource) throw new InvalidTarget()
}

/** Pages may use the token endpoint for a client whose answers go to their origin. */
function isOwnOrigin(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (!/^https?:/.test(origin)) return false
  return (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin)
}
