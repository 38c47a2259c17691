import { randomUUID } from 'node:crypto'
import { AppError, canonicalJson } from '#kernel'
import { type RoleDefinition, roleDefinition } from '#policy'
import type { Jobs, WorkspaceTransaction } from '#store'
import { parseRole } from './role-of.ts'
import { unlessTaken } from './taken.ts'

export type Role = {
  readonly roleId: string
  readonly name: string
  readonly version: number
  readonly definition: RoleDefinition
}

/** One version that a role has had. */
export type RoleVersion = {
  readonly version: number
  readonly definition: RoleDefinition
  /** `account:<id>`, `operator:<os user>`, or `tillgate` for what it made by itself. */
  readonly changedBy: string
  readonly changedAt: Date
}

type NewRole = {
  readonly workspaceId: string
  readonly name: string
  /** Parsed by policy's `roleDefinition`: unknown members are refused, limits have defaults. */
  readonly definition: unknown
  /** Who makes or changes it. */
  readonly by: string
}

type RoleChange = NewRole & {
  /** The version that the change was made on; a change that came first makes this one fail. */
  readonly expectedVersion?: number | undefined
}

const NAME_MAX = 100

/** The roles of the workspace by name. */
export async function listRoles(tx: WorkspaceTransaction): Promise<Role[]> {
  const rows = await tx
    .selectFrom('tillgate.roles')
    .select(['role_id', 'name', 'version', 'definition'])
    .orderBy('name')
    .execute()
  return rows.map(roleOfRow)
}

/** The role of this name as it is now, or undefined. */
export async function readRole(tx: WorkspaceTransaction, name: string): Promise<Role | undefined> {
  const row = await tx
    .selectFrom('tillgate.roles')
    .select(['role_id', 'name', 'version', 'definition'])
    .where('name', '=', name)
    .executeTakeFirst()
  return row && roleOfRow(row)
}

/** The role of this id under its name of now, as one of its versions defined it; undefined where there is none. */
export async function roleAsOf(
  tx: WorkspaceTransaction,
  { roleId, version }: { roleId: string; version: number },
): Promise<Role | undefined> {
  const row = await tx
    .selectFrom('tillgate.role_versions as v')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'v.role_id')
    .select(['r.role_id', 'r.name', 'v.version', 'v.definition'])
    .where('v.role_id', '=', roleId)
    .where('v.version', '=', version)
    .executeTakeFirst()
  return row && roleOfRow(row)
}

/** Every version of a role, the newest first. Throws AppError `not_found`. */
export async function roleHistory(tx: WorkspaceTransaction, name: string): Promise<RoleVersion[]> {
  const rows = await tx
    .selectFrom('tillgate.role_versions as v')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'v.role_id')
    .select(['v.version', 'v.definition', 'v.changed_by as changedBy', 'v.changed_at as changedAt'])
    .where('r.name', '=', name)
    .orderBy('v.version', 'desc')
    .execute()
  if (rows.length === 0) throw noSuchRole()
  return rows.map((row) => ({ ...row, definition: parseRole(row.definition) }))
}

/** Makes a role. Throws AppError `invalid_arguments` for a definition that policy does not accept and for a taken name. */
export async function createRoleIn(tx: WorkspaceTransaction, role: NewRole): Promise<Role> {
  return unlessTaken(insertRole(tx, role), {
    constraint: 'roles_workspace_id_name_key',
    field: 'name',
    sentence: 'There is a role with this name already; choose another name.',
  })
}

/** As `createRoleIn`, for names that cannot be taken. */
export async function insertRole(
  tx: WorkspaceTransaction,
  { workspaceId, name, definition, by = 'tillgate' }: Omit<NewRole, 'by'> & { readonly by?: string },
): Promise<Role> {
  if (name.trim() !== name || name.length < 1 || name.length > NAME_MAX) {
    throw refused('name', 'A role name has 1 to 100 characters, and no space at its ends.')
  }
  const role = { roleId: randomUUID(), name, version: 1, definition: acceptable(definition) }
  await tx
    .insertInto('tillgate.roles')
    .values({ workspace_id: workspaceId, role_id: role.roleId, name, definition: canonicalJson(role.definition) })
    .execute()
  await noteVersion(tx, role, { workspaceId, by })
  return role
}

/**
 * Changes a role. What it takes away is gone at the next call of every agent that has the role; what it adds reaches a
 * grant made before only once the new version is accepted. Throws AppError `not_found`, and `invalid_arguments` for a
 * definition that policy does not accept or when another change came first (field `version`).
 */
export async function changeRole(tx: WorkspaceTransaction, change: RoleChange): Promise<Role> {
  const { workspaceId, name, by, expectedVersion } = change
  const definition = acceptable(change.definition)
  const updated = await tx
    .updateTable('tillgate.roles')
    .set((column) => ({ version: column('version', '+', 1), definition: canonicalJson(definition) }))
    .where('name', '=', name)
    .$if(expectedVersion !== undefined, (query) => query.where('version', '=', expectedVersion ?? 0))
    .returning(['role_id', 'version'])
    .executeTakeFirst()
  if (!updated) throw (await readRole(tx, name)) ? changedMeanwhile() : noSuchRole()
  const role = { roleId: updated.role_id, name, version: updated.version, definition }
  await noteVersion(tx, role, { workspaceId, by })
  return role
}

async function noteVersion(
  tx: WorkspaceTransaction,
  { roleId, version, definition }: Role,
  { workspaceId, by }: { workspaceId: string; by: string },
): Promise<void> {
  await tx
    .insertInto('tillgate.role_versions')
    .values({
      workspace_id: workspaceId,
      role_id: roleId,
      version,
      definition: canonicalJson(definition),
      changed_by: by,
    })
    .execute()
}

/** As `createRoleIn`, in a transaction of its own. */
export function createRole({ jobs }: { jobs: Jobs }, role: Omit<NewRole, 'by'> & { by?: string }): Promise<Role> {
  return jobs.inWorkspace(role.workspaceId, (tx) => createRoleIn(tx, { by: 'tillgate', ...role }))
}

/** As `changeRole`, in a transaction of its own. */
export function updateRole({ jobs }: { jobs: Jobs }, change: Omit<RoleChange, 'by'> & { by?: string }): Promise<Role> {
  return jobs.inWorkspace(change.workspaceId, (tx) => changeRole(tx, { by: 'tillgate', ...change }))
}

/** As `readRole`, in a transaction of its own. */
export function roleByName(
  { jobs }: { jobs: Jobs },
  { workspaceId, name }: { workspaceId: string; name: string },
): Promise<Role | undefined> {
  return jobs.inWorkspace(workspaceId, (tx) => readRole(tx, name))
}

export function noSuchRole(): AppError {
  return new AppError('not_found', 'There is no role with this name in the workspace.', { field: 'role' })
}

function changedMeanwhile(): AppError {
  return refused('version', 'This role was changed in the meantime; look at it again before you change it.')
}

function roleOfRow(row: { role_id: string; name: string; version: number; definition: string }): Role {
  return { roleId: row.role_id, name: row.name, version: row.version, definition: parseRole(row.definition) }
}

function acceptable(definition: unknown): RoleDefinition {
  const result = roleDefinition.safeParse(definition)
  if (!result.success) {
    const path = result.error.issues[0]?.path.join('.') ?? ''
    throw refused(path === '' ? 'definition' : `definition.${path}`, NOT_A_ROLE, result.error)
  }
  if (result.data.scopes.length === 0) throw refused('definition.scopes', 'A role needs one scope at least.')
  return result.data
}

const NOT_A_ROLE = 'This is not a role: look at its scopes, treatments, limits, stores and longest life.'

function refused(field: string, sentence: string, cause?: unknown): AppError {
  return new AppError('invalid_arguments', sentence, { field, cause })
}
