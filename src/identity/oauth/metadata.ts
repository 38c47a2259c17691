import type { Scope } from '#commerce'
import { type ResourceName, resourceOfPath, resourcePath, resourceUrl } from '../resources.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** The protected-resource metadata document (RFC 9728). */
export type ProtectedResourceMetadata = {
  resource: string
  authorization_servers: string[]
  bearer_methods_supported: string[]
  resource_name: string
}

/**
 * The metadata of a resource, made without looking whether such a workspace exists.
 * No `scopes_supported`, and no `scope` in a challenge to a caller without a token: what they name, a client asks for and
 * no more (MCP 2025-11-25, scope selection), so a machine agent would narrow its own token. Without them it gets its ceiling.
 */
export function protectedResourceMetadata(base: string, name: ResourceName): ProtectedResourceMetadata {
  return {
    resource: resourceUrl(base, name),
    authorization_servers: [new URL(base).origin],
    bearer_methods_supported: ['header'],
    resource_name: 'Tillgate',
  }
}

/** The resource whose metadata are served under a path (RFC 9728 section 3.1); Core's are at the root as well. */
export function resourceOfMetadataPath(path: string): ResourceName | undefined {
  if (path === WELL_KNOWN) return 'core'
  return path.startsWith(`${WELL_KNOWN}/`) ? resourceOfPath(path.slice(WELL_KNOWN.length)) : undefined
}

/** Why a token was not enough (RFC 6750 section 3.1); `scopes` are all that the call needs. */
export type ChallengeError =
  | { readonly error: 'invalid_token' }
  | { readonly error: 'insufficient_scope'; readonly scopes: readonly Scope[] }

/** The value of `WWW-Authenticate` for a 401 or 403 (RFC 6750, RFC 9728 section 5.1); no error where no token came. */
export function challenge(base: string, name: ResourceName, error?: ChallengeError): string {
  const metadata = new URL(base).origin + WELL_KNOWN + resourcePath(name)
  const parameters = [`resource_metadata="${metadata}"`]
  if (error) parameters.unshift(`error="${error.error}"`)
  if (error?.error === 'insufficient_scope') parameters.push(`scope="${error.scopes.join(' ')}"`)
  return `Bearer ${parameters.join(', ')}`
}
