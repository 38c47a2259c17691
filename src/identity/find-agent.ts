import { AppError } from '#kernel'
import type { WorkspaceTransaction } from '#store'

export type FoundAgent = {
  readonly agentId: string
  readonly name: string
  readonly kind: 'machine' | 'oauth'
  readonly clientId: string
  readonly quarantinedAt: Date | null
  readonly revokedAt: Date | null
}

/**
 * The agent with this id, else the live one with this name, else the one that was revoked last. Throws AppError `not_found`,
 * and `invalid_arguments` where several live ones have the name: clients choose their names themselves.
 */
export async function findAgent(tx: WorkspaceTransaction, idOrName: string): Promise<FoundAgent> {
  const named = await tx
    .selectFrom('tillgate.agents')
    .select(['agent_id as agentId', 'name', 'kind', 'client_id as clientId'])
    .select(['quarantined_at as quarantinedAt', 'revoked_at as revokedAt'])
    .where((column) =>
      column.or([column('name', '=', idOrName), column(column.cast<string>('agent_id', 'text'), '=', idOrName)]),
    )
    .orderBy('revoked_at', (order) => order.desc().nullsFirst())
    .orderBy('agent_id')
    .execute()
  const found = named.find(({ agentId }) => agentId === idOrName)
  if (found) return found
  const live = named.filter(({ revokedAt }) => revokedAt === null)
  if (live.length > 1) throw severalAgents(live)
  const [only] = named
  if (!only) throw noSuchAgent()
  return only
}

/** As `findAgent`, for what is done to live agents only. */
export async function findLiveAgent(tx: WorkspaceTransaction, idOrName: string): Promise<FoundAgent> {
  const found = await findAgent(tx, idOrName)
  if (found.revokedAt !== null) throw noSuchAgent()
  return found
}

export function noSuchAgent(): AppError {
  return new AppError('not_found', 'There is no live agent with this name or id in the workspace.', { field: 'agent' })
}

function severalAgents(agents: readonly FoundAgent[]): AppError {
  const ids = agents.map(({ agentId }) => agentId).join(', ')
  return new AppError('invalid_arguments', `Several agents have this name; give its id: ${ids}.`, { field: 'agent' })
}
