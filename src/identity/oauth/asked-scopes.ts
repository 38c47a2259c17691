import type { KoaContextWithOIDC } from 'oidc-provider'
import { InvalidScope, InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import { isScope, SCOPES, type Scope } from '#commerce'

/** Where an authorization request keeps whether it named scopes: a parameter that only `settleRequest` sets. */
export const NAMED_SCOPES = 'tillgate_named_scopes'

/**
 * What an authorization request asks for, once its client and its redirect are known: one resource, and scopes of ours.
 * `openid`, `offline_access` and what does not exist is left out; a request that is left with nothing asks for all,
 * unless it named only what does not exist.
 */
export function settleRequest({ oidc }: KoaContextWithOIDC): void {
  const { params, resourceServers = {} } = oidc
  if (!params) return
  if (Object.keys(resourceServers).length !== 1) throw new InvalidTarget('ask for one resource at a time')
  const named = `${params.scope ?? ''}`.split(' ').filter((scope) => !IDENTITY_SCOPES.has(scope))
  const known = [...new Set(named.filter(isScope))]
  if (named.length > 0 && known.length === 0) throw new InvalidScope('none of these scopes exists', named.join(' '))
  params.scope = (known.length > 0 ? known : SCOPES).join(' ')
  params[NAMED_SCOPES] = known.length > 0 ? 'yes' : undefined
}

/** The scopes that the stored parameters of a request name; undefined where it named none. */
export function namedScopes(params: Readonly<Record<string, unknown>>): Scope[] | undefined {
  if (params[NAMED_SCOPES] === undefined || typeof params.scope !== 'string') return undefined
  return params.scope.split(' ').filter(isScope)
}

/** Of OpenID Connect, which is not spoken here; and what clients say when they want a refresh token, which they get anyway. */
const IDENTITY_SCOPES = new Set(['', 'openid', 'offline_access', 'profile', 'email'])
