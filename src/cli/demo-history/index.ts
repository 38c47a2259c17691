import { createAuditLog } from '#audit'
import { listStores } from '#identity'
import type { Pools } from '#store'
import type { Vault } from '#vault'
import { type CastParts, makeCast } from './cast.ts'
import { weekOf } from './week.ts'

type Parts = CastParts & { readonly vault: Vault; readonly pools: Pools }

/**
 * Gives the demo workspace colleagues, agents and a made-up week, so that each page of the console has something to look at.
 * Once, when the workspace is made, before any call: the records stand in the chain like all others.
 */
export async function makeDemoHistory(parts: Parts): Promise<void> {
  const { jobs, vault, pools, workspaceId, store } = parts
  const found = (await listStores({ jobs }, workspaceId)).find(({ handle }) => handle === store)
  if (!found) throw new Error('the demo has no store')
  const cast = await makeCast(parts)
  const audit = createAuditLog({ pool: pools.audit })
  const wrapped = await jobs.inWorkspace(workspaceId, (tx) =>
    tx.selectFrom('tillgate.workspaces').select('audit_key').executeTakeFirstOrThrow(),
  )
  const key = await vault.dataKey({ workspace: workspaceId, purpose: 'audit-body' }, wrapped.audit_key)
  const week = weekOf({ cast, storeId: found.storeId, handle: store, now: parts.now })
  // Given at once and in order, so that they are numbered in order and written in few batches.
  await Promise.all(week.map(({ header, body }) => audit.append({ workspaceId, header, body: { key, value: body } })))
  await audit.close()
}
