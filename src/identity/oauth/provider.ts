import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider/lib/provider.js'
import type pg from 'pg'
import { newToken, type Secret } from '#kernel'
import { matchesSecret } from './client-adapter.ts'
import { configuration } from './configuration.ts'
import { answerInOurWords, onlyOurPaths } from './edge.ts'
import { type OauthEvent, reportEvents } from './events.ts'
import type { SigningKeys } from './keys.ts'

/** Every path that the authorization server answers. */
const OAUTH_PATHS = [
  '/.well-known/oauth-authorization-server',
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/register',
  '/oauth/revoke',
  '/oauth/jwks',
] as const

export type AuthorizationServer = {
  /** Answers a request for one of `paths`; nobody may have read its body. `address` is the caller's, for the events. */
  handle(request: IncomingMessage, response: ServerResponse, address?: string): Promise<void>
  readonly paths: ReadonlySet<string>
}

type Parts = {
  /** Origin of this Tillgate, e.g. `http://localhost:8740`: issuer (RFC 8414) and base of every resource. */
  issuer: string
  /** The pool of `tillgate_auth`. */
  authPool: pg.Pool
  jwks: () => SigningKeys
  cookieKeys: readonly Secret[]
  log: (event: OauthEvent) => void
}

/**
 * The OAuth 2.1 authorization server: `client_credentials` for machine agents with resource indicators (RFC 8707) and
 * opaque tokens, revocation (RFC 7009), metadata (RFC 8414). An authorization request ends in `temporarily_unavailable`
 * as long as nobody can sign in.
 */
export function createAuthorizationServer({ issuer, authPool, jwks, cookieKeys, log }: Parts): AuthorizationServer {
  const { origin } = new URL(issuer)
  const provider = new Provider(origin, configuration({ issuer: origin, authPool, jwks, cookieKeys }))
  // It stands behind `handle`, which says itself under which address it was reached.
  provider.proxy = true
  issueOurTokens(provider)
  compareSecretsByHash(provider)
  const addresses = new WeakMap<IncomingMessage, string>()
  reportEvents(provider, { log, addressOf: (request) => addresses.get(request) })
  const paths: ReadonlySet<string> = new Set(OAUTH_PATHS)
  provider.use(answerInOurWords)
  provider.use(onlyOurPaths(paths))
  const answer = provider.callback()
  return {
    async handle(request, response, address) {
      if (address !== undefined) addresses.set(request, address)
      addressAs(request, new URL(origin))
      await answer(request, response)
    },
    paths,
  }
}

/** Tokens with our prefix and checksum, and opaque whatever a resource asks for. */
function issueOurTokens(provider: Provider): void {
  const ours = {
    generateTokenId(this: { format?: string }) {
      this.format = 'opaque'
      return newToken('at')
    },
  }
  for (const { prototype } of [provider.AccessToken, provider.ClientCredentials]) Object.assign(prototype, ours)
}

/** The metadata of a client hold the hashes of its secrets, never a secret. */
function compareSecretsByHash(provider: Provider): void {
  provider.Client.prototype.compareClientSecret = function (secret) {
    return matchesSecret(this.clientSecret, secret)
  }
}

/** The library builds URLs from the request; they must come from the issuer, whatever a client or a proxy says. */
function addressAs(request: IncomingMessage, issuer: URL): void {
  request.headers.host = issuer.host
  request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
  delete request.headers['x-forwarded-host']
  delete request.headers['x-forwarded-for']
}
