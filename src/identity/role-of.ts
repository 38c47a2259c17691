import { LRUCache } from 'lru-cache'
import { AppError } from '#kernel'
import { effectiveRole, type RoleDefinition, roleDefinition } from '#policy'
import type { Entry } from '#store'

type RoleEntry = Pick<
  Entry,
  'role_id' | 'role_version' | 'role_definition' | 'accepted_version' | 'accepted_definition' | 'seat'
>

/** Used only for exactly the texts that this call read from the database. */
type Known = { readonly current: string; readonly accepted: string | null; readonly role: RoleDefinition }

const known = new LRUCache<string, Known>({ max: 10_000 })

/**
 * The role in effect for who entered: as it is now, no wider than what was accepted for the grant, no wider than the seat
 * of its member. Parsed once for each such state; the same object is given to many callers, hence frozen.
 */
export function roleOf(entry: RoleEntry): RoleDefinition {
  const key = `${entry.role_id}:${entry.role_version}:${entry.accepted_version}:${entry.seat}`
  const found = known.get(key)
  if (found && found.current === entry.role_definition && found.accepted === entry.accepted_definition) {
    return found.role
  }
  const role = frozen(roleInEffect(entry))
  known.set(key, { current: entry.role_definition, accepted: entry.accepted_definition, role })
  return role
}

/** A stored definition; older ones lack the members that have defaults. */
export function parseRole(text: string): RoleDefinition {
  return roleDefinition.parse(JSON.parse(text))
}

function roleInEffect(entry: RoleEntry): RoleDefinition {
  const { role_definition, accepted_definition, seat } = entry
  // Without the text of what was accepted nobody can say how narrow it was.
  if (accepted_definition === null && entry.accepted_version !== entry.role_version) {
    throw new AppError('internal', 'Something went wrong inside Tillgate; try again later.', {
      cause: new Error('the accepted version of the role is not there'),
    })
  }
  const accepted = accepted_definition === null ? undefined : parseRole(accepted_definition)
  return effectiveRole({ current: parseRole(role_definition), accepted, seat })
}

function frozen(role: RoleDefinition): RoleDefinition {
  Object.freeze(role.scopes)
  Object.freeze(role.limits)
  Object.freeze(role.stores)
  return Object.freeze(role)
}
