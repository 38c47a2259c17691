import { randomBytes, randomUUID } from 'node:crypto'
import { isScope, type Scope } from '#commerce'
import { AppError, newToken, Secret } from '#kernel'
import type { WorkspaceTransaction } from '#store'
import { type AgentParts, endAgent } from './existing-agents.ts'
import { linkStores } from './grants.ts'
import { storeSecret } from './oauth/credentials.ts'
import { noSuchRole, type Role, readRole } from './roles.ts'
import { unlessTaken } from './taken.ts'

type NewMachineAgent = {
  workspaceId: string
  name: string
  /** Name of the role. */
  role: string
  /** The ceiling of its tokens, a part of the role's scopes; all of them unless told. */
  scopes?: readonly string[]
  /** Handles of the stores that it may use, or all that are connected now. */
  stores: readonly string[] | 'all'
  purpose?: string
  /** Who made it, e.g. `operator:ada`. */
  createdBy: string
}

export type MachineAgent = {
  readonly agentId: string
  readonly grantId: string
  readonly clientId: string
  /** Shown once: only its hash is kept. */
  readonly clientSecret: Secret
}

const NAME_MAX = 100

/**
 * Makes a machine agent with its grant and one secret, for `client_credentials` (RFC 6749 section 4.4).
 * Throws AppError `invalid_arguments` for a taken name or a scope outside the role, `not_found` for a role or store.
 */
export async function createMachineAgent(parts: AgentParts, agent: NewMachineAgent): Promise<MachineAgent> {
  if (agent.name.length < 1 || agent.name.length > NAME_MAX) {
    throw new AppError('invalid_arguments', 'An agent name has 1 to 100 characters.', { field: 'name' })
  }
  const ids = { agentId: randomUUID(), grantId: randomUUID(), clientId: newClientId() }
  const clientSecret = new Secret(newToken('cs'))
  const written = parts.jobs.inWorkspace(agent.workspaceId, (tx) => insertAgent(tx, agent, ids))
  await unlessTaken(written, {
    constraint: 'agent_name',
    field: 'name',
    sentence: 'There is an agent with this name already; revoke it or choose another name.',
  })
  try {
    // The grant is there first: a secret without a live grant opens nothing.
    await storeSecret(parts.authPool, { clientId: ids.clientId, secret: clientSecret })
  } catch (cause) {
    await parts.jobs.inWorkspace(agent.workspaceId, (tx) => endAgent(tx, { agent: ids.agentId, by: agent.createdBy }))
    throw cause
  }
  return { ...ids, clientSecret }
}

type Ids = Omit<MachineAgent, 'clientSecret'>

async function insertAgent(tx: WorkspaceTransaction, agent: NewMachineAgent, ids: Ids): Promise<void> {
  const role = await readRole(tx, agent.role)
  if (!role) throw noSuchRole()
  const workspace_id = agent.workspaceId
  const { agentId: agent_id, grantId: grant_id, clientId: client_id } = ids
  const made = { workspace_id, agent_id, created_by: agent.createdBy }
  await tx
    .insertInto('tillgate.agents')
    .values({ ...made, kind: 'machine', name: agent.name, client_id, purpose: agent.purpose ?? '' })
    .execute()
  await tx
    .insertInto('tillgate.grants')
    .values({
      ...made,
      grant_id,
      role_id: role.roleId,
      accepted_version: role.version,
      account_id: null,
      scopes: ceiling(role, agent.scopes),
      expires_at: endOf(role),
    })
    .execute()
  await linkStores(tx, { workspaceId: workspace_id, grantId: grant_id }, agent.stores)
}

const DAY_MS = 86_400_000

/** A machine agent lives as long as its role lets grants live. */
function endOf({ definition: { expires_days: days } }: Role): Date | null {
  return days === undefined ? null : new Date(Date.now() + days * DAY_MS)
}

function ceiling(role: Role, asked: readonly string[] | undefined): Scope[] {
  if (asked === undefined) return role.definition.scopes
  const outside = asked.find((scope) => !isScope(scope) || !role.definition.scopes.includes(scope))
  const scopes = role.definition.scopes.filter((scope) => asked.includes(scope))
  if (outside === undefined && scopes.length > 0) return scopes
  const named = outside !== undefined && isScope(outside) ? outside : 'one of these scopes'
  const sentence =
    outside === undefined ? 'An agent needs one scope at least.' : `The role does not have ${named}; leave it out.`
  throw new AppError('invalid_arguments', sentence, { field: 'scopes' })
}

/** 128 random bits: not a secret, but not to be guessed either. */
function newClientId(): string {
  return `tg_client_${randomBytes(16).toString('hex')}`
}
