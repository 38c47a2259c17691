import { randomUUID } from 'node:crypto'
import { AppError } from '#kernel'
import { PRESET_NAMES, presets } from '#policy'
import type { Jobs, WorkspaceTransaction } from '#store'
import type { Vault } from '#vault'
import type { Account } from './login/login.ts'
import { addMember } from './members.ts'
import { WORKSPACE_SLUG } from './resources.ts'
import { insertRole } from './roles.ts'
import { unlessTaken } from './taken.ts'

export type Workspace = { readonly workspaceId: string; readonly slug: string; readonly name: string }

const NAME_MAX = 200

/**
 * Makes a workspace with a data key for its record bodies, the preset roles and, where one is given, its first owner.
 * Throws AppError `invalid_arguments` for a slug that is malformed or taken.
 */
export async function createWorkspace(
  { jobs, vault }: { jobs: Jobs; vault: Vault },
  { slug, name, owner }: { slug: string; name: string; owner?: Account },
): Promise<Workspace> {
  if (!WORKSPACE_SLUG.test(slug)) throw refused('slug', 'A slug has 2 to 39 small letters, digits and hyphens.')
  if (name.length < 1 || name.length > NAME_MAX) throw refused('name', 'A workspace name has 1 to 200 characters.')
  const workspaceId = randomUUID()
  const { wrapped } = await vault.newDataKey({ workspace: workspaceId, purpose: 'audit-body' })
  const row = { workspace_id: workspaceId, slug, name, audit_key: wrapped }
  const created = jobs.inWorkspace(workspaceId, async (tx) => {
    await tx.insertInto('tillgate.workspaces').values(row).execute()
    for (const preset of PRESET_NAMES) {
      await insertRole(tx, { workspaceId, name: preset, definition: presets[preset] })
    }
    if (owner) await addMember(tx, { workspaceId, ...owner, seat: 'owner', by: `account:${owner.accountId}` })
  })
  await unlessTaken(created, {
    constraint: 'workspaces_slug_key',
    field: 'slug',
    sentence: 'There is a workspace with this slug already; choose another slug.',
  })
  return { workspaceId, slug, name }
}

/** Every workspace of the instance, by slug. */
export async function listWorkspaces({ jobs }: { jobs: Jobs }): Promise<(Workspace & { frozenAt: Date | null })[]> {
  const listed = await jobs.listWorkspaces()
  const read = (workspaceId: string) =>
    jobs.inWorkspace(workspaceId, (tx) =>
      tx
        .selectFrom('tillgate.workspaces')
        .select(['workspace_id as workspaceId', 'slug', 'name', 'frozen_at as frozenAt'])
        .executeTakeFirstOrThrow(),
    )
  const workspaces = []
  for (const { workspace_id } of listed) workspaces.push(await read(workspace_id))
  return workspaces
}

/** Whether any workspace of the instance has a member. */
export async function hasMembers({ jobs }: { jobs: Jobs }): Promise<boolean> {
  for (const { workspace_id } of await jobs.listWorkspaces()) {
    const member = await jobs.inWorkspace(workspace_id, (tx) =>
      tx.selectFrom('tillgate.members').select('account_id').where('removed_at', 'is', null).executeTakeFirst(),
    )
    if (member) return true
  }
  return false
}

/** The workspace with this slug, or undefined. */
export async function workspaceBySlug({ jobs }: { jobs: Jobs }, slug: string): Promise<Workspace | undefined> {
  const listed = await jobs.listWorkspaces()
  const found = listed.find((workspace) => workspace.slug === slug)
  if (!found) return undefined
  const { name } = await jobs.inWorkspace(found.workspace_id, (tx) =>
    tx.selectFrom('tillgate.workspaces').select('name').executeTakeFirstOrThrow(),
  )
  return { workspaceId: found.workspace_id, slug, name }
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}

/** Gives the open workspace another name. Throws AppError `invalid_arguments`. */
export async function renameWorkspace(tx: WorkspaceTransaction, name: string): Promise<void> {
  if (name.length < 1 || name.length > NAME_MAX) throw refused('name', 'A workspace name has 1 to 200 characters.')
  await tx.updateTable('tillgate.workspaces').set({ name }).execute()
}
