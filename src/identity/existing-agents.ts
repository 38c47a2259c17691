import type pg from 'pg'
import { newToken, Secret } from '#kernel'
import type { Jobs, WorkspaceTransaction } from '#store'
import { findAgent, noSuchAgent } from './find-agent.ts'
import { endCredentials, endTokensOfGrants, rotateSecret } from './oauth/credentials.ts'

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

type EndedAgent = {
  readonly agentId: string
  readonly name: string
  readonly kind: 'machine' | 'oauth'
  readonly clientId: string
  readonly grantIds: string[]
}

/**
 * Stops an agent's very next call: its grants and the agent end in one transaction, then its tokens and secrets go.
 * May be repeated. Throws AppError `not_found`, and `invalid_arguments` for a name of several.
 */
export async function revokeAgent(
  parts: AgentParts,
  { workspaceId, agent, by }: Named & { by: string },
): Promise<{ agentId: string; name: string; clientId: string }> {
  const ended = await parts.jobs.inWorkspace(workspaceId, (tx) => endAgent(tx, { agent, by }))
  await endTokensOfAgent(parts.authPool, ended)
  return { agentId: ended.agentId, name: ended.name, clientId: ended.clientId }
}

/** As `revokeAgent`, but leaves the tokens and secrets, which open nothing any more, for the caller to end after the commit. */
export async function endAgent(
  tx: WorkspaceTransaction,
  { agent, by }: { agent: string; by: string },
): Promise<EndedAgent> {
  const { agentId, name, kind, clientId } = await findAgent(tx, agent)
  const ended = { revoked_at: new Date(), revoked_by: by }
  // The grants first, which a consent holds: it is ended with them, or finds them ended.
  await tx
    .updateTable('tillgate.grants')
    .set(ended)
    .where('agent_id', '=', agentId)
    .where('revoked_at', 'is', null)
    .execute()
  await tx
    .updateTable('tillgate.agents')
    .set(ended)
    .where('agent_id', '=', agentId)
    .where('revoked_at', 'is', null)
    .execute()
  const grants = await tx.selectFrom('tillgate.grants').select('grant_id').where('agent_id', '=', agentId).execute()
  return { agentId, name, kind, clientId, grantIds: grants.map((grant) => grant.grant_id) }
}

/** Secrets of a machine agent are its own; a client that several members use keeps what it has. */
function endTokensOfAgent(authPool: pg.Pool, { kind, clientId, grantIds }: EndedAgent): Promise<void> {
  return kind === 'machine' ? endCredentials(authPool, { clientId, grantIds }) : endTokensOfGrants(authPool, grantIds)
}

/**
 * Gives a machine agent a new secret; the ones before still open for `overlapSeconds`.
 * Throws AppError `not_found` for an agent that is not there, is revoked, or is no machine.
 */
export async function rotateAgentSecret(
  parts: AgentParts,
  { workspaceId, agent, overlapSeconds }: Named & { overlapSeconds: number },
): Promise<{ agentId: string; name: string; clientId: string; clientSecret: Secret }> {
  const found = await parts.jobs.inWorkspace(workspaceId, (tx) => findAgent(tx, agent))
  if (found.kind !== 'machine' || found.revokedAt !== null) throw noSuchAgent()
  const { agentId, name, clientId } = found
  const clientSecret = new Secret(newToken('cs'))
  await rotateSecret(parts.authPool, { clientId, secret: clientSecret, overlapSeconds })
  return { agentId, name, clientId, clientSecret }
}
