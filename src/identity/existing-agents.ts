import type pg from 'pg'
import { AppError, newToken, Secret } from '#kernel'
import type { Jobs, WorkspaceTransaction } from '#store'
import { endCredentials, rotateSecret } from './oauth/credentials.ts'

/** What agents are kept with. */
export type AgentParts = {
  jobs: Jobs
  /** The pool of `tillgate_auth`. */
  authPool: pg.Pool
}

type Named = {
  workspaceId: string
  /** Name or id of the agent. */
  agent: string
}

/**
 * Stops an agent's very next call: its grants and the agent end in one transaction, then its tokens and secrets go.
 * May be repeated. Throws AppError `not_found`.
 */
export async function revokeAgent(
  parts: AgentParts,
  revocation: Named & { by: string },
): Promise<{ agentId: string; name: string; clientId: string }> {
  const { grantIds, ...ended } = await endAgent(parts.jobs, revocation)
  await endCredentials(parts.authPool, { clientId: ended.clientId, grantIds })
  return ended
}

/** As `revokeAgent`, but leaves the tokens and secrets, which open nothing any more. */
export async function endAgent(jobs: Jobs, { workspaceId, agent, by }: Named & { by: string }) {
  return jobs.inWorkspace(workspaceId, async (tx) => {
    const { agentId, name, clientId } = await readAgent(tx, agent)
    const now = new Date()
    const ended = { revoked_at: now, revoked_by: by }
    await tx
      .updateTable('tillgate.grants')
      .set(ended)
      .where('agent_id', '=', agentId)
      .where('revoked_at', 'is', null)
      .execute()
    await tx
      .updateTable('tillgate.agents')
      .set({ revoked_at: now })
      .where('agent_id', '=', agentId)
      .where('revoked_at', 'is', null)
      .execute()
    const grants = await tx.selectFrom('tillgate.grants').select('grant_id').where('agent_id', '=', agentId).execute()
    return { agentId, name, clientId, grantIds: grants.map((grant) => grant.grant_id) }
  })
}

/**
 * Gives a machine agent a new secret; the ones before still open for `overlapSeconds`.
 * Throws AppError `not_found` for an agent that is not there, is revoked, or is no machine.
 */
export async function rotateAgentSecret(
  parts: AgentParts,
  { workspaceId, agent, overlapSeconds }: Named & { overlapSeconds: number },
): Promise<{ clientId: string; clientSecret: Secret }> {
  const found = await parts.jobs.inWorkspace(workspaceId, (tx) => readAgent(tx, agent))
  if (found.kind !== 'machine' || found.revokedAt !== null) throw noSuchAgent()
  const clientSecret = new Secret(newToken('cs'))
  await rotateSecret(parts.authPool, { clientId: found.clientId, secret: clientSecret, overlapSeconds })
  return { clientId: found.clientId, clientSecret }
}

/** By name or id; a live agent before a revoked one of the same name. */
async function readAgent(tx: WorkspaceTransaction, nameOrId: string) {
  const rows = await tx
    .selectFrom('tillgate.agents')
    .select(['agent_id as agentId', 'name', 'kind', 'client_id as clientId', 'revoked_at as revokedAt'])
    .where((column) =>
      column.or([column('name', '=', nameOrId), column(column.cast<string>('agent_id', 'text'), '=', nameOrId)]),
    )
    .orderBy('revoked_at', (order) => order.desc().nullsFirst())
    .limit(1)
    .execute()
  const [found] = rows
  if (!found) throw noSuchAgent()
  return found
}

function noSuchAgent(): AppError {
  return new AppError('not_found', 'There is no live agent with this name or id in the workspace.', { field: 'agent' })
}
