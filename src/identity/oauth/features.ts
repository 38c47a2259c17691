import { randomBytes } from 'node:crypto'
import type { Client, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import {
  InvalidClientMetadata,
  InvalidScope,
  InvalidTarget,
  UnauthorizedClient,
} from 'oidc-provider/lib/helpers/errors.js'
import { SCOPES } from '#commerce'
import { newToken } from '#kernel'
import { resourceName, resourceUrl } from '../resources.ts'
import { WORKSPACE_OF_CLIENT } from './client-adapter.ts'
import type { ProviderParts } from './provider-parts.ts'
import { registrable } from './registration.ts'

const MINUTE = 60
const DAY = 86_400

/** The parts of the library that are on, and those that are off although they are on by default. */
export function features({ issuer, documents, notes, grantOf }: ProviderParts): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    // The door of agents does not verify proofs, so a token must not claim to be bound to one.
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    registration: {
      enabled: true,
      issueRegistrationAccessToken: false,
      idFactory: (ctx) => admitRegistration(ctx),
      secretFactory: () => newToken('cs'),
    },
    registrationManagement: { enabled: false },
    clientIdMetadataDocument: {
      enabled: true,
      ack: 'draft-02',
      allowFetch: (ctx, clientId) => documents.mayFetch(ctx, clientId),
      allowClient: (_ctx, client) => isPublicForPeople(client),
      cacheDuration: { min: MINUTE, max: DAY },
    },
    revocation: {
      enabled: true,
      allowedPolicy: async (ctx, client, token) => {
        if (token.clientId !== client.clientId) return false
        await grantOf(ctx, 'grantId' in token ? token.grantId : undefined)
        notes.in(ctx).revoked = true
        return true
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? resourceUrl(issuer, 'core'),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, indicator, client) => resourceFor(ctx, { issuer, indicator, client }),
    },
  }
}

/**
 * The id of a client that registers. It is the one place of the library that sees the metadata before a client is made of
 * them, so what is not kept is taken out here, e.g. URLs that the library would fetch.
 */
function admitRegistration({ oidc }: KoaContextWithOIDC): string {
  const metadata = registrable(oidc.body)
  if (typeof metadata === 'string') throw new InvalidClientMetadata(metadata)
  Object.assign(oidc, { body: metadata })
  return `tg_reg_${randomBytes(16).toString('hex')}`
}

/** A client that nobody registered acts only for people who were asked, and proves nothing of itself. */
function isPublicForPeople(client: Client): boolean {
  const grants = client.grantTypes ?? []
  return client.tokenEndpointAuthMethod === 'none' && !grants.includes('client_credentials')
}

type Asked = { issuer: string; indicator: string; client: Client }

/** The resource as this client may use it: a machine in its own workspace, up to its ceiling. */
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
