import { z } from 'zod'
import { insertKeyAgent, insertMachineAgent, KEY_DAYS_MAX, storeAgentKey, storeSecret } from '#identity'
import { newToken, Secret } from '#kernel'
import { recordAct } from '../record.ts'
import { byOf } from './agent-acts.ts'
import type { ApiVisit } from './visit.ts'

/** What a person says of a machine agent: a secret for OAuth `client_credentials`, or a key for clients that only send a header. */
export const newMachine = {
  name: z.string().trim().min(1, 'Give it a name').max(100),
  purpose: z.string().trim().max(1_000).default(''),
  role: z.string().min(1, 'Choose a role').max(100),
  stores: z.union([z.literal('all'), z.array(z.string().max(64)).min(1, 'Choose a store').max(1_000)]),
  credential: z.enum(['secret', 'key']),
  /** Its longest life; a key needs one. */
  days: z.int().min(1).max(365).optional(),
}

type NewMachine = z.output<z.ZodObject<typeof newMachine>>

/**
 * Makes it in the transaction that the person opened, with its record, and gives its credential once. The credential is
 * kept after the commit: where that fails, the agent stands in the list and nothing opens it.
 */
export async function makeMachine(visit: ApiVisit, { credential, days, ...asked }: NewMachine) {
  const { tx, world, person } = visit
  const { authPool } = world
  const agent = { ...asked, workspaceId: person.workspaceId, createdBy: byOf(visit) }
  if (credential === 'key') {
    const made = await insertKeyAgent(tx, { ...agent, days: days ?? KEY_DAYS_MAX })
    const key = new Secret(newToken('key'))
    await recordAct(visit, { action: 'agent.create_key', subject: made.agentId, grant: made.grantId })
    visit.afterCommit(() => storeAgentKey(authPool, { agent: made, slug: person.slug, key }))
    return { id: made.agentId, client_id: made.clientId, secret: null, key: key.reveal() }
  }
  const made = await insertMachineAgent(tx, { ...agent, ...(days !== undefined && { days }) })
  const secret = new Secret(newToken('cs'))
  await recordAct(visit, { action: 'agent.create', subject: made.agentId, grant: made.grantId })
  visit.afterCommit(() => storeSecret(authPool, { clientId: made.clientId, secret }))
  return { id: made.agentId, client_id: made.clientId, secret: secret.reveal(), key: null }
}
