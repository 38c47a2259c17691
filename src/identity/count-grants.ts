import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'

/** What live grants can be counted by: the name of the role, the account of the member, the handle of a store. */
const BY = {
  role: sql<string>`r.name`,
  account: sql<string>`g.account_id`,
  store: sql<string>`s.handle`,
} as const

/** How many grants can still do something, by one of their sides; what has none is left out. */
export async function countGrants(tx: WorkspaceTransaction, by: keyof typeof BY): Promise<ReadonlyMap<string, number>> {
  const rows = await liveGrants(tx)
    .$if(by === 'store', (query) =>
      query
        .innerJoin('tillgate.grant_stores as l', 'l.grant_id', 'g.grant_id')
        .innerJoin('tillgate.stores as s', 's.store_id', 'l.store_id'),
    )
    .select([BY[by].as('side'), sql<string>`count(*)`.as('grants')])
    .where(BY[by], 'is not', null)
    .groupBy(BY[by])
    .execute()
  return new Map(rows.map(({ side, grants }) => [side, Number(grants)]))
}

/** How many live grants have this role, one of them left out. */
export async function countOtherGrants(
  tx: WorkspaceTransaction,
  { role, grantId }: { role: string; grantId: string },
): Promise<number> {
  const counted = await liveGrants(tx)
    .select(({ fn }) => fn.countAll<string>().as('grants'))
    .where('r.name', '=', role)
    .where('g.grant_id', '<>', grantId)
    .executeTakeFirstOrThrow()
  return Number(counted.grants)
}

function liveGrants(tx: WorkspaceTransaction) {
  return tx
    .selectFrom('tillgate.grants as g')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'g.role_id')
    .innerJoin('tillgate.agents as a', 'a.agent_id', 'g.agent_id')
    .where('g.revoked_at', 'is', null)
    .where('a.revoked_at', 'is', null)
    .where(sql<boolean>`(g.expires_at is null or g.expires_at > now())`)
}
