import { randomBytes, randomUUID } from 'node:crypto'
import { isScope, type Scope } from '#commerce'
import { AppError, newToken, Secret } from '#kernel'
import type { WorkspaceTransaction } from '#store'
import { type AgentParts, endAgent } from './existing-agents.ts'
import { linkStores } from './grants.ts'
import { storeSecret } from './oauth/credentials.ts'
import { noSuchRole, type Role, readRole } from './roles.ts'
import { unlessTaken } from './taken.ts'

export type NewMachineAgent = {
  workspaceId: string
  name: string
  /** Name of the role. */
  role: string
  /** The ceiling of its tokens, a part of the role's scopes; all of them unless told. */
  scopes?: readonly string[]
  /** Handles of the stores that it may use, or all that are connected now. */
  stores: readonly string[] | 'all'
  purpose?: string
  /** How long it lives at most, in days; its role may say less. */
  days?: number
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
  const made = await parts.jobs.inWorkspace(agent.workspaceId, (tx) => insertMachineAgent(tx, agent))
  const { agentId, grantId, clientId } = made
  const clientSecret = new Secret(newToken('cs'))
  try {
    // The grant is there first: a secret without a live grant opens nothing.
    await storeSecret(parts.authPool, { clientId, secret: clientSecret })
  } catch (cause) {
    await parts.jobs.inWorkspace(agent.workspaceId, (tx) => endAgent(tx, { agent: agentId, by: agent.createdBy }))
    throw cause
  }
  return { agentId, grantId, clientId, clientSecret }
}

/** A machine agent that nothing opens yet. */
export type InsertedMachine = Omit<MachineAgent, 'clientSecret'> & {
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
}

/** The agent and its grant, inside a transaction of the caller, who gives it a credential after the commit. Throws as `createMachineAgent`. */
export async function insertMachineAgent(tx: WorkspaceTransaction, agent: NewMachineAgent): Promise<InsertedMachine> {
  if (agent.name.length < 1 || agent.name.length > NAME_MAX) {
    throw new AppError('invalid_arguments', 'An agent name has 1 to 100 characters.', { field: 'name' })
  }
  const role = await readRole(tx, agent.role)
  if (!role) throw noSuchRole()
  const made = {
    agentId: randomUUID(),
    grantId: randomUUID(),
    clientId: newClientId(),
    scopes: ceiling(role, agent.scopes),
    expiresAt: endOf(role, agent.days),
  }
  await unlessTaken(insertAgent(tx, agent, made), {
    constraint: 'agent_name',
    field: 'name',
    sentence: 'There is an agent with this name already; revoke it or choose another name.',
  })
  await insertGrant(tx, agent, { role, made })
  await linkStores(tx, { workspaceId: agent.workspaceId, grantId: made.grantId }, agent.stores)
  return made
}

async function insertAgent(tx: WorkspaceTransaction, agent: NewMachineAgent, made: InsertedMachine): Promise<void> {
  await tx
    .insertInto('tillgate.agents')
    .values({
      workspace_id: agent.workspaceId,
      agent_id: made.agentId,
      created_by: agent.createdBy,
      kind: 'machine',
      name: agent.name,
      client_id: made.clientId,
      purpose: agent.purpose ?? '',
    })
    .execute()
}

type Granted = { readonly role: Role; readonly made: InsertedMachine }

async function insertGrant(tx: WorkspaceTransaction, agent: NewMachineAgent, { role, made }: Granted): Promise<void> {
  await tx
    .insertInto('tillgate.grants')
    .values({
      workspace_id: agent.workspaceId,
      agent_id: made.agentId,
      created_by: agent.createdBy,
      grant_id: made.grantId,
      role_id: role.roleId,
      accepted_version: role.version,
      account_id: null,
      scopes: [...made.scopes],
      expires_at: made.expiresAt,
    })
    .execute()
}

const DAY_MS = 86_400_000

/** A machine agent lives as long as its role lets grants live, or as was asked for. */
function endOf({ definition }: Role, asked: number | undefined): Date | null {
  const days = Math.min(definition.expires_days ?? Number.POSITIVE_INFINITY, asked ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(days) ? new Date(Date.now() + days * DAY_MS) : null
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
