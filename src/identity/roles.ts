import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AppError, canonicalJson } from '#kernel'
import { type RoleDefinition, roleDefinition } from '#policy'
import type { Entry, Jobs, WorkspaceTransaction } from '#store'
import { unlessTaken } from './taken.ts'

export type Role = {
  readonly roleId: string
  readonly name: string
  readonly version: number
  readonly definition: RoleDefinition
}

type NewRole = {
  workspaceId: string
  name: string
  /** Parsed by policy's `roleDefinition`: unknown members are refused, limits have defaults. */
  definition: unknown
}

/** Makes a role. Throws AppError `invalid_arguments` for a definition that policy does not accept and for a taken name. */
export async function createRole({ jobs }: { jobs: Jobs }, role: NewRole): Promise<Role> {
  return unlessTaken(
    jobs.inWorkspace(role.workspaceId, (tx) => insertRole(tx, role)),
    {
      constraint: 'roles_workspace_id_name_key',
      field: 'name',
      sentence: 'There is a role with this name already; choose another name.',
    },
  )
}

/** As `createRole`, inside a transaction of the caller. */
export async function insertRole(tx: WorkspaceTransaction, { workspaceId, name, definition }: NewRole): Promise<Role> {
  const accepted = acceptable(definition)
  const roleId = randomUUID()
  await tx
    .insertInto('tillgate.roles')
    .values({ workspace_id: workspaceId, role_id: roleId, name, definition: canonicalJson(accepted) })
    .execute()
  return { roleId, name, version: 1, definition: accepted }
}

/** Changes what a role may, for every agent that has it, from the next call on. Throws AppError `not_found`. */
export async function updateRole({ jobs }: { jobs: Jobs }, change: NewRole): Promise<Role> {
  const accepted = acceptable(change.definition)
  const updated = await jobs.inWorkspace(change.workspaceId, (tx) =>
    tx
      .updateTable('tillgate.roles')
      .set((column) => ({ version: column('version', '+', 1), definition: canonicalJson(accepted) }))
      .where('name', '=', change.name)
      .returning(['role_id', 'version'])
      .executeTakeFirst(),
  )
  if (!updated) throw noSuchRole()
  return { roleId: updated.role_id, name: change.name, version: updated.version, definition: accepted }
}

/** The role of this name as it is now, or undefined. */
export async function roleByName(
  { jobs }: { jobs: Jobs },
  { workspaceId, name }: { workspaceId: string; name: string },
): Promise<Role | undefined> {
  return jobs.inWorkspace(workspaceId, (tx) => readRole(tx, name))
}

/** As `roleByName`, inside a transaction of the caller. */
export async function readRole(tx: WorkspaceTransaction, name: string): Promise<Role | undefined> {
  const row = await tx
    .selectFrom('tillgate.roles')
    .select(['role_id', 'version', 'definition'])
    .where('name', '=', name)
    .executeTakeFirst()
  return row && { roleId: row.role_id, name, version: row.version, definition: parsed(row.definition) }
}

export function noSuchRole(): AppError {
  return new AppError('not_found', 'There is no role with this name in the workspace.', { field: 'role' })
}

const definitions = new LRUCache<string, RoleDefinition>({ max: 10_000 })

/** The role of who entered, parsed once a version. The same object is given to many callers, hence frozen. */
export function roleOf(entry: Pick<Entry, 'role_id' | 'role_version' | 'role_definition'>): RoleDefinition {
  const key = `${entry.role_id}:${entry.role_version}`
  const known = definitions.get(key)
  if (known) return known
  const definition = parsed(entry.role_definition)
  Object.freeze(definition.scopes)
  Object.freeze(definition.limits)
  definitions.set(key, Object.freeze(definition))
  return definition
}

function parsed(text: string): RoleDefinition {
  return roleDefinition.parse(JSON.parse(text))
}

function acceptable(definition: unknown): RoleDefinition {
  const result = roleDefinition.safeParse(definition)
  if (result.success) return result.data
  const path = result.error.issues[0]?.path.join('.') ?? ''
  throw new AppError('invalid_arguments', 'This is not a role: look at its scopes, treatments and limits.', {
    field: path === '' ? 'definition' : `definition.${path}`,
    cause: result.error,
  })
}
