import type { WorkspaceTransaction } from '#store'

/** The names of agents by their ids, of ended ones too; ids that are none of the workspace are left out. */
export async function agentNames(
  tx: WorkspaceTransaction,
  agentIds: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(agentIds)].filter((id) => id !== '')
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('tillgate.agents')
    .select(['agent_id as agentId', 'name'])
    .where('agent_id', 'in', ids)
    .execute()
  return new Map(rows.map(({ agentId, name }) => [agentId, name]))
}

/** The agents that an account has connected, ended ones too. */
export async function agentIdsOf(tx: WorkspaceTransaction, accountId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('tillgate.grants')
    .select('agent_id as agentId')
    .distinct()
    .where('account_id', '=', accountId)
    .execute()
  return rows.map(({ agentId }) => agentId)
}
