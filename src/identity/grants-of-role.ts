import type { WorkspaceTransaction } from '#store'

/** How many grants that were not revoked have this role, one of them left out. */
export async function countOtherGrants(
  tx: WorkspaceTransaction,
  { role, grantId }: { role: string; grantId: string },
): Promise<number> {
  const counted = await tx
    .selectFrom('tillgate.grants as g')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'g.role_id')
    .innerJoin('tillgate.agents as a', 'a.agent_id', 'g.agent_id')
    .select(({ fn }) => fn.countAll<string>().as('grants'))
    .where('r.name', '=', role)
    .where('g.grant_id', '<>', grantId)
    .where('g.revoked_at', 'is', null)
    .where('a.revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(counted.grants)
}
