import type { RoleDefinition } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { storesOfGrants } from './grants.ts'
import { parseRole } from './role-of.ts'

/** An agent with one of its grants. */
export type AgentSummary = {
  readonly agentId: string
  readonly grantId: string
  readonly name: string
  readonly kind: 'machine' | 'oauth'
  readonly clientId: string
  readonly purpose: string
  /** The member who consented, and the address; null for a machine agent. */
  readonly accountId: string | null
  readonly memberEmail: string | null
  readonly roleId: string
  readonly role: string
  readonly roleVersion: number
  readonly roleDefinition: RoleDefinition
  /** The version of the role that was accepted for the grant: nothing wider is in effect. */
  readonly acceptedVersion: number
  readonly acceptedDefinition: RoleDefinition
  readonly scopes: readonly string[]
  readonly stores: readonly string[]
  readonly createdBy: string
  readonly createdAt: Date
  readonly lastSeenAt: Date | null
  readonly expiresAt: Date | null
  readonly quarantinedAt: Date | null
  /** Since when a machine agent counts as having read strangers' text; a member's agents count with the member's account. */
  readonly taintedAt: Date | null
  readonly revokedAt: Date | null
}

type Chosen = {
  /** Only those that this account connected. */
  readonly accountId?: string | undefined
  /** Only these grants. */
  readonly grantIds?: readonly string[] | undefined
  /** Only the grants of these agents. */
  readonly agentIds?: readonly string[] | undefined
  /** Only the grants of the role of this name. */
  readonly role?: string | undefined
}

/** Every agent of the workspace with its grants, one line a grant, revoked ones too, by name. */
export async function listAgents(tx: WorkspaceTransaction, chosen: Chosen = {}): Promise<AgentSummary[]> {
  if (chosen.grantIds?.length === 0 || chosen.agentIds?.length === 0) return []
  const rows = await readAgents(tx, chosen)
  const isAll = Object.values(chosen).every((each) => each === undefined)
  const storesOf = await storesOfGrants(tx, isAll ? undefined : rows.map(({ grantId }) => grantId))
  return rows.map(({ roleDefinition, acceptedDefinition, ...row }) => ({
    ...row,
    roleDefinition: parseRole(roleDefinition),
    acceptedDefinition: parseRole(acceptedDefinition),
    stores: storesOf(row.grantId),
  }))
}

function readAgents(tx: WorkspaceTransaction, { accountId, grantIds, agentIds, role }: Chosen) {
  return tx
    .selectFrom('tillgate.agents as a')
    .innerJoin('tillgate.grants as g', 'g.agent_id', 'a.agent_id')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'g.role_id')
    .leftJoin('tillgate.role_versions as v', (join) =>
      join.onRef('v.role_id', '=', 'g.role_id').onRef('v.version', '=', 'g.accepted_version'),
    )
    .leftJoin('tillgate.members as m', 'm.account_id', 'g.account_id')
    .select(['a.agent_id as agentId', 'g.grant_id as grantId', 'a.name', 'a.kind', 'a.client_id as clientId'])
    .select(['a.purpose', 'g.account_id as accountId', 'm.email as memberEmail'])
    .select(['r.role_id as roleId', 'r.name as role'])
    .select(['r.version as roleVersion', 'r.definition as roleDefinition', 'g.accepted_version as acceptedVersion'])
    .select((column) => column.fn.coalesce('v.definition', 'r.definition').as('acceptedDefinition'))
    .select(['g.scopes', 'a.created_by as createdBy', 'a.created_at as createdAt', 'g.last_seen_at as lastSeenAt'])
    .select(['g.expires_at as expiresAt', 'a.quarantined_at as quarantinedAt', 'a.tainted_at as taintedAt'])
    .select((column) => column.fn.coalesce('a.revoked_at', 'g.revoked_at').as('revokedAt'))
    .$if(accountId !== undefined, (query) => query.where('g.account_id', '=', accountId ?? null))
    .$if(grantIds !== undefined, (query) => query.where('g.grant_id', 'in', [...(grantIds ?? [])]))
    .$if(role !== undefined, (query) => query.where('r.name', '=', role ?? ''))
    .$if(agentIds !== undefined, (query) => query.where('a.agent_id', 'in', [...(agentIds ?? [])]))
    .orderBy('a.name')
    .orderBy('a.created_at')
    .orderBy('g.grant_id')
    .execute()
}
