import { changeRole, countGrants, createRoleIn, type Role, readRole, roleHistory } from '#identity'
import { AppError } from '#kernel'
import { type RoleDifference, roleDifferences } from '#policy'
import { attempt } from '../attempt.ts'
import { recordAct } from '../record.ts'
import { byOf } from './agent-acts.ts'
import { notHere } from './errors.ts'
import { definitionFrom } from './role-definition.ts'
import type { ApiVisit } from './visit.ts'

/** Names that would make addresses of other pages. */
const RESERVED = ['new', 'choices', '.', '..']

type Wanted = { readonly name: string; readonly definition?: unknown }

/** Makes a role. Throws AppError `invalid_arguments` with the field that is at fault. */
export async function makeRole(visit: ApiVisit, { name, definition }: Wanted): Promise<{ name: string }> {
  if (RESERVED.includes(name)) {
    throw new AppError('invalid_arguments', 'This name is taken by a page; choose another.', { field: 'name' })
  }
  const { workspaceId } = visit.person
  const wanted = { workspaceId, name, definition: definitionFrom(definition), by: byOf(visit) }
  const made = await createRoleIn(visit.tx, wanted)
  await recordAct(visit, { action: 'role.create', subject: made.roleId })
  return { name }
}

/** What a change would mean, before it is made. */
export async function previewOf(visit: ApiVisit, { name, definition }: Wanted) {
  const role = await existing(visit, name)
  const grants = await countGrants(visit.tx, 'role')
  return {
    version: role.version,
    differences: roleDifferences(role.definition, definitionFrom(definition)),
    agents: grants.get(name) ?? 0,
  }
}

type Changed =
  | { readonly kind: 'changed' | 'same'; readonly version: number }
  /** Somebody was quicker: what they changed since the form was opened; nothing was done. */
  | { readonly kind: 'conflict'; readonly version: number; readonly theirs: readonly RoleDifference[] }

/** Changes a role that is still the one that was looked at. */
export async function changeOrConflict(
  visit: ApiVisit,
  { name, definition: given, version }: Wanted & { readonly version: number },
): Promise<Changed> {
  const role = await existing(visit, name)
  const definition = definitionFrom(given)
  if (role.version !== version) return conflict(visit, role, version)
  if (roleDifferences(role.definition, definition).length === 0) return { kind: 'same', version }
  const { workspaceId } = visit.person
  const change = { workspaceId, name, definition, by: byOf(visit), expectedVersion: version }
  const changed = await attempt(visit.tx, () => changeRole(visit.tx, change))
  if (changed instanceof AppError) {
    const now = await existing(visit, name)
    if (now.version !== version) return conflict(visit, now, version)
    throw changed
  }
  await recordAct(visit, { action: 'role.change', subject: changed.roleId })
  return { kind: 'changed', version: changed.version }
}

async function conflict({ tx }: ApiVisit, role: Role, seen: number): Promise<Changed> {
  const before = (await roleHistory(tx, role.name)).find(({ version }) => version === seen)
  const theirs = before ? roleDifferences(before.definition, role.definition) : []
  return { kind: 'conflict', version: role.version, theirs }
}

async function existing({ tx }: ApiVisit, name: string): Promise<Role> {
  const role = await readRole(tx, name)
  if (!role) throw notHere()
  return role
}
