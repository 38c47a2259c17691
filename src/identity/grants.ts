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
    if (!grant) throw new AppError('not_found', 'There is no live grant with this id in the workspace.')
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
