import type { Client, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import {
  InvalidScope,
  InvalidTarget,
  TemporarilyUnavailable,
  UnauthorizedClient,
} from 'oidc-provider/lib/helpers/errors.js'
import type pg from 'pg'
import { SCOPES } from '#commerce'
import type { Secret } from '#kernel'
import { resourceName, resourceUrl } from '../resources.ts'
import { oidcAdapter } from './adapter.ts'
import { WORKSPACE_OF_CLIENT } from './client-adapter.ts'
import type { SigningKeys } from './keys.ts'

const MINUTE = 60
const DAY = 86_400
const ACCESS_TOKEN_SECONDS = 10 * MINUTE

type Parts = { issuer: string; authPool: pg.Pool; jwks: () => SigningKeys; cookieKeys: readonly Secret[] }

/** oidc-provider as it is used here. What is not named is off or, by its default, strict. */
export function configuration({ issuer, authPool, jwks, cookieKeys }: Parts): Configuration {
  return {
    adapter: oidcAdapter(authPool),
    jwks: jwks(),
    cookies: { keys: cookieKeys.map((key) => key.reveal()) },
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
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientDefaults: { grant_types: ['authorization_code'], id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    extraClientMetadata: { properties: [WORKSPACE_OF_CLIENT] },
    clientBasedCORS: () => false,
    ttl: lifetimes,
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    findAccount: () => Promise.resolve(undefined),
    interactions: {
      url: () => Promise.reject(new TemporarilyUnavailable('Nobody can sign in here yet; use a machine agent.')),
    },
    renderError: (ctx, out) => {
      ctx.body = out
    },
    features: features(issuer),
  }
}

const lifetimes: Configuration['ttl'] = {
  AccessToken: ACCESS_TOKEN_SECONDS,
  ClientCredentials: ACCESS_TOKEN_SECONDS,
  AuthorizationCode: MINUTE,
  IdToken: ACCESS_TOKEN_SECONDS,
  Interaction: 10 * MINUTE,
  Session: DAY,
  RefreshToken: 14 * DAY,
  Grant: 90 * DAY,
}

function features(issuer: string): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    // The door of agents does not verify proofs, so a token must not claim to be bound to one.
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? resourceUrl(issuer, 'core'),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, indicator, client) => resourceFor(ctx, { issuer, indicator, client }),
    },
  }
}

type Asked = { issuer: string; indicator: string; client: Client }

/** The resource as this client may use it: in its own workspace, up to its ceiling. */
function resourceFor(ctx: KoaContextWithOIDC, { issuer, indicator, client }: Asked): ResourceServer {
  const name = resourceName(issuer, indicator)
  const workspace = client[WORKSPACE_OF_CLIENT]
  if (ctx.oidc.params?.grant_type !== 'client_credentials') {
    if (name === undefined) throw new InvalidTarget()
    return { scope: SCOPES.join(' '), audience: name, accessTokenFormat: 'opaque' }
  }
  if (typeof workspace !== 'string') throw new UnauthorizedClient(undefined, 'not a machine agent')
  if (name !== 'core' && name !== `w/${workspace}`) throw new InvalidTarget()
  const ceiling = client.scope ?? ''
  askWithin(ctx.oidc.params, ceiling)
  return { scope: ceiling, audience: name, accessTokenFormat: 'opaque' }
}

/** Without a scope the request asks for the whole ceiling (RFC 6749 section 3.3); above it, also with an unknown one, it fails. */
function askWithin(params: NonNullable<KoaContextWithOIDC['oidc']['params']>, ceiling: string): void {
  const allowed = new Set(ceiling.split(' '))
  params.scope ??= ceiling
  const above = `${params.scope}`.split(' ').find((scope) => !allowed.has(scope))
  if (above !== undefined) throw new InvalidScope('requested scope is not allowed', above)
}
