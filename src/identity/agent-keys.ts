import type pg from 'pg'
import { AppError, type Secret, tokenHash } from '#kernel'
import type { WorkspaceTransaction } from '#store'
import { type InsertedMachine, insertMachineAgent, type NewMachineAgent } from './agents.ts'

/** How long an agent key may live, in days. */
export const KEY_DAYS_MAX = 90

/**
 * As `insertMachineAgent`, for an agent that is to be opened by a key: `days` is 1 to `KEY_DAYS_MAX`. Throws AppError
 * `invalid_arguments` with the field `days`, too.
 */
export async function insertKeyAgent(
  tx: WorkspaceTransaction,
  agent: NewMachineAgent & { readonly days: number },
): Promise<InsertedMachine> {
  if (!Number.isInteger(agent.days) || agent.days < 1 || agent.days > KEY_DAYS_MAX) {
    throw new AppError('invalid_arguments', `A key lives 1 to ${KEY_DAYS_MAX} days.`, { field: 'days' })
  }
  return insertMachineAgent(tx, agent)
}

/**
 * Lets an agent key open its agent, after the agent is committed: the endpoint of its workspace (`slug`) and nothing else, with
 * the scopes that the agent has now, until its end. Only the hash is kept.
 */
export async function storeAgentKey(
  authPool: pg.Pool,
  { agent, slug, key }: { agent: InsertedMachine; slug: string; key: Secret },
): Promise<void> {
  await authPool.query(
    `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
     values ($1, 'AgentKey', $2, $3, $4, $5, '{}', $6)`,
    [tokenHash(key.reveal()), agent.clientId, agent.grantId, agent.scopes.join(' '), `w/${slug}`, agent.expiresAt],
  )
}
