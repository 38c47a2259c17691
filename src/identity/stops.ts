import type { WorkspaceTransaction } from '#store'
import { type FoundAgent, findLiveAgent } from './find-agent.ts'

type Stopped = Pick<FoundAgent, 'agentId' | 'name'> & {
  /** Whether it was so before. */
  readonly already: boolean
}

/** From the next call on the agent writes nothing and is shown neither personal data nor strangers' text. Throws AppError `not_found`. */
export async function quarantineAgent(
  tx: WorkspaceTransaction,
  { agent, by }: { agent: string; by: string },
): Promise<Stopped> {
  const { agentId, name } = await findLiveAgent(tx, agent)
  // A consent holds the grants: it came before, or finds the quarantine.
  await tx.selectFrom('tillgate.grants').select('grant_id').where('agent_id', '=', agentId).forUpdate().execute()
  const { numUpdatedRows } = await tx
    .updateTable('tillgate.agents')
    .set({ quarantined_at: new Date(), quarantined_by: by })
    .where('agent_id', '=', agentId)
    .where('quarantined_at', 'is', null)
    .executeTakeFirst()
  return { agentId, name, already: numUpdatedRows === 0n }
}

/** Ends the quarantine of an agent. Throws AppError `not_found`. */
export async function releaseAgent(tx: WorkspaceTransaction, { agent }: { agent: string }): Promise<Stopped> {
  const { agentId, name } = await findLiveAgent(tx, agent)
  const { numUpdatedRows } = await tx
    .updateTable('tillgate.agents')
    .set({ quarantined_at: null, quarantined_by: null })
    .where('agent_id', '=', agentId)
    .where('quarantined_at', 'is not', null)
    .executeTakeFirst()
  return { agentId, name, already: numUpdatedRows === 0n }
}

/** Refuses the next call of every agent of the workspace. Whether it was so before; who froze it first stays named. */
export async function freezeWorkspace(tx: WorkspaceTransaction, { by }: { by: string }): Promise<{ already: boolean }> {
  const { numUpdatedRows } = await tx
    .updateTable('tillgate.workspaces')
    .set({ frozen_at: new Date(), frozen_by: by })
    .where('frozen_at', 'is', null)
    .executeTakeFirst()
  return { already: numUpdatedRows === 0n }
}

/** Lets the agents of the workspace go on. */
export async function unfreezeWorkspace(tx: WorkspaceTransaction): Promise<{ already: boolean }> {
  const { numUpdatedRows } = await tx
    .updateTable('tillgate.workspaces')
    .set({ frozen_at: null, frozen_by: null })
    .where('frozen_at', 'is not', null)
    .executeTakeFirst()
  return { already: numUpdatedRows === 0n }
}
