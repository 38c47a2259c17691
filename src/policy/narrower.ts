import { SCOPES } from '#commerce'
import type { RoleDefinition } from './role.ts'

/** What an agent has really used of its role. */
export type Used = { readonly scopes: ReadonlySet<string>; readonly stores: ReadonlySet<string> }

/**
 * The role that would have been enough: the used scopes, the used stores, and all else as it was. Undefined where nothing was
 * used, or nothing would change. `stores:read` stays: by it an agent finds the stores that it is for.
 */
export function narrowerRole(role: RoleDefinition, used: Used): RoleDefinition | undefined {
  if (used.scopes.size === 0) return undefined
  const scopes = SCOPES.filter(
    (scope) => role.scopes.includes(scope) && (used.scopes.has(scope) || scope === 'stores:read'),
  )
  const stores = used.stores.size === 0 ? role.stores : narrowerStores(role.stores, [...used.stores].sort())
  const isSame = scopes.length === role.scopes.length && String(stores) === String(role.stores)
  return isSame || scopes.length === 0 || stores.length === 0 ? undefined : { ...role, scopes, stores }
}

function narrowerStores(had: RoleDefinition['stores'], used: readonly string[]): RoleDefinition['stores'] {
  return had === 'all' ? [...used] : had.filter((handle) => used.includes(handle))
}
