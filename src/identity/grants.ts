import { AppError } from '#kernel'
import type { Jobs, WorkspaceTransaction } from '#store'
import { noSuchStore } from './stores.ts'

type GrantStore = { workspaceId: string; grantId: string; handle: string }

/** Lets a live grant use one more store, from the next call on. Throws AppError `not_found`. */
export async function addStoreToGrant({ jobs }: { jobs: Jobs }, { workspaceId, grantId, handle }: GrantStore) {
  await jobs.inWorkspace(workspaceId, async (tx) => {
    const grant = await tx
      .selectFrom('tillgate.grants')
      .select('grant_id')
      .where('grant_id', '=', grantId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (!grant) throw noSuchGrant()
    await linkStores(tx, { workspaceId, grantId }, [handle])
  })
}

/** Takes a store from a grant, from the next call on. One that it does not have changes nothing. */
export async function removeStoreFromGrant({ jobs }: { jobs: Jobs }, { workspaceId, grantId, handle }: GrantStore) {
  await jobs.inWorkspace(workspaceId, (tx) =>
    tx
      .deleteFrom('tillgate.grant_stores')
      .where('grant_id', '=', grantId)
      .where('store_id', 'in', (query) =>
        query.selectFrom('tillgate.stores').select('store_id').where('handle', '=', handle),
      )
      .execute(),
  )
}

/** The handles of connected stores by grant, for lists; of these grants, or of all. */
export async function storesOfGrants(
  tx: WorkspaceTransaction,
  grantIds?: readonly string[],
): Promise<(grantId: string) => string[]> {
  if (grantIds?.length === 0) return () => []
  const links = await tx
    .selectFrom('tillgate.grant_stores as l')
    .innerJoin('tillgate.stores as s', 's.store_id', 'l.store_id')
    .select(['l.grant_id', 's.handle'])
    .where('s.disconnected_at', 'is', null)
    .$if(grantIds !== undefined, (query) => query.where('l.grant_id', 'in', [...(grantIds ?? [])]))
    .orderBy('s.handle')
    .execute()
  const byGrant = groupLinks(links)
  return (grantId) => byGrant.get(grantId) ?? []
}

function groupLinks(links: readonly { grant_id: string; handle: string }[]): Map<string, string[]> {
  const byGrant = new Map<string, string[]>()
  for (const { grant_id, handle } of links) byGrant.set(grant_id, [...(byGrant.get(grant_id) ?? []), handle])
  return byGrant
}

export function noSuchGrant(): AppError {
  return new AppError('not_found', 'There is no live grant with this id in the workspace.', { field: 'grant' })
}

/** Links a grant to connected stores by handle, or to all that are connected now. Throws AppError `not_found`. */
export async function linkStores(
  tx: WorkspaceTransaction,
  grant: { workspaceId: string; grantId: string },
  handles: readonly string[] | 'all',
): Promise<void> {
  const connected = await tx
    .selectFrom('tillgate.stores')
    .select(['store_id', 'handle'])
    .where('disconnected_at', 'is', null)
    .execute()
  const missing = handles === 'all' ? undefined : handles.find((handle) => !connected.some((s) => s.handle === handle))
  if (missing !== undefined) throw noSuchStore(missing)
  const chosen = connected.filter(({ handle }) => handles === 'all' || handles.includes(handle))
  if (chosen.length === 0) return
  await tx
    .insertInto('tillgate.grant_stores')
    .values(
      chosen.map(({ store_id }) => ({ workspace_id: grant.workspaceId, grant_id: grant.grantId, store_id: store_id })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
