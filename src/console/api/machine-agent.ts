import { z } from 'zod'
import { createAgentKey, createMachineAgent, KEY_DAYS_MAX } from '#identity'
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

/** Makes it, and gives its credential once. The record is there before the credential leaves. */
export async function makeMachine(visit: ApiVisit, { credential, days, ...asked }: NewMachine) {
  const { world, person } = visit
  const parts = { jobs: world.jobs, authPool: world.authPool }
  const agent = { ...asked, workspaceId: person.workspaceId, createdBy: byOf(visit) }
  if (credential === 'key') {
    const made = await createAgentKey(parts, { ...agent, slug: person.slug, days: days ?? KEY_DAYS_MAX })
    await recordAct(visit, { action: 'agent.create_key', subject: made.agentId, grant: made.grantId })
    return { id: made.agentId, client_id: made.clientId, secret: null, key: made.key.reveal() }
  }
  const made = await createMachineAgent(parts, { ...agent, ...(days !== undefined && { days }) })
  await recordAct(visit, { action: 'agent.create', subject: made.agentId, grant: made.grantId })
  return { id: made.agentId, client_id: made.clientId, secret: made.clientSecret.reveal(), key: null }
}
