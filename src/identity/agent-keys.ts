import { AppError, newToken, Secret, tokenHash } from '#kernel'
import { type MachineIds, makeMachine, type NewMachineAgent } from './agents.ts'
import type { AgentParts } from './existing-agents.ts'

/** How long an agent key may live, in days. */
export const KEY_DAYS_MAX = 90

type NewKey = NewMachineAgent & {
  /** Of the workspace: its endpoint is the one resource that the key opens. */
  readonly slug: string
  /** 1 to `KEY_DAYS_MAX`. */
  readonly days: number
}

/**
 * Makes a machine agent with an agent key in place of a secret, for clients that can only send a header. The key opens the
 * endpoint of its workspace and nothing else, with the scopes that the agent has now, until its end; it is shown once, and
 * only its hash is kept. Throws as `createMachineAgent`, and AppError `invalid_arguments` for a life that is too long.
 */
export async function createAgentKey(parts: AgentParts, agent: NewKey): Promise<MachineIds & { readonly key: Secret }> {
  if (!Number.isInteger(agent.days) || agent.days < 1 || agent.days > KEY_DAYS_MAX) {
    throw new AppError('invalid_arguments', `A key lives 1 to ${KEY_DAYS_MAX} days.`, { field: 'days' })
  }
  const key = new Secret(newToken('key'))
  const ids = await makeMachine(parts, agent, async ({ clientId, grantId, scopes, expiresAt }) => {
    await parts.authPool.query(
      `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
       values ($1, 'AgentKey', $2, $3, $4, $5, '{}', $6)`,
      [tokenHash(key.reveal()), clientId, grantId, scopes.join(' '), `w/${agent.slug}`, expiresAt],
    )
  })
  return { ...ids, key }
}
