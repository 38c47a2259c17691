import { randomUUID } from 'node:crypto'
import { AppError } from '#kernel'
import type { PersonEntry, WorkspaceTransaction } from '#store'
import { heldSeat } from './acting-seat.ts'
import { type Consent, checkConsent } from './consent-check.ts'
import { linkStores, storesOfGrants } from './grants.ts'

/** A live grant that a member gave. */
export type GrantSummary = {
  readonly grantId: string
  readonly agentId: string
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
  readonly stores: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastSeenAt: Date | null
}

const NAME_MAX = 100

type OfClient = { readonly accountId: string; readonly clientId: string }

/** The live grants that an account has given a client, the newest first. */
export async function liveGrantsOfClient(
  tx: WorkspaceTransaction,
  { accountId, clientId }: OfClient,
): Promise<GrantSummary[]> {
  const rows = await tx
    .selectFrom('tillgate.grants as g')
    .innerJoin('tillgate.agents as a', 'a.agent_id', 'g.agent_id')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'g.role_id')
    .select(['g.grant_id as grantId', 'g.agent_id as agentId', 'a.name', 'r.name as role', 'g.scopes'])
    .select(['g.created_at as createdAt', 'g.expires_at as expiresAt', 'g.last_seen_at as lastSeenAt'])
    .where('g.account_id', '=', accountId)
    .where('a.client_id', '=', clientId)
    .where('a.revoked_at', 'is', null)
    .where('g.revoked_at', 'is', null)
    .where((column) => column.or([column('g.expires_at', 'is', null), column('g.expires_at', '>', new Date())]))
    .orderBy('g.created_at', 'desc')
    .execute()
  const storesOf = await storesOfGrants(tx)
  return rows.map((row) => ({ ...row, stores: storesOf(row.grantId) }))
}

type Consented = {
  readonly grantId: string
  /** Whether it is the grant that was named; one that ended meanwhile is not revived, a new one takes its place. */
  readonly kept: boolean
  readonly expiresAt: Date
}

/**
 * Writes what a member allows a client, into the live grant that is named or into a new one with an agent of its own.
 * Throws AppError `invalid_arguments` with the field for more than role and seat give, and `not_allowed` while an agent of
 * this client and account is in quarantine: connecting again does not shed it.
 */
export async function consentGrant(
  tx: WorkspaceTransaction,
  { workspaceId, accountId }: Pick<PersonEntry, 'workspaceId' | 'accountId'>,
  consent: Consent,
): Promise<Consented> {
  const seat = await heldSeat(tx, accountId)
  const agentIds = await holdAgents(tx, { accountId, clientId: consent.clientId })
  const given = await checkConsent(tx, consent, seat)
  const kept = await keepGrant(tx, { accountId, agentIds, grantId: consent.grantId }, given)
  const grantId = kept ?? (await insertGrant(tx, { workspaceId, accountId, consent }, given))
  await linkStores(tx, { workspaceId, grantId }, consent.stores)
  return { grantId, kept: kept !== undefined, expiresAt: given.expires_at }
}

type Given = Awaited<ReturnType<typeof checkConsent>>

/**
 * The live agents of the account and client. Their grants are held, and whoever quarantines or ends one takes these first:
 * they come before this consent or after it. The agents themselves are not held, because a record that marks one would wait
 * for this transaction, and this transaction for its record.
 */
async function holdAgents(tx: WorkspaceTransaction, { accountId, clientId }: OfClient): Promise<string[]> {
  const grants = await tx
    .selectFrom('tillgate.grants')
    .select('agent_id')
    .where('account_id', '=', accountId)
    .orderBy('grant_id')
    .forUpdate()
    .execute()
  if (grants.length === 0) return []
  const ids = grants.map((grant) => grant.agent_id)
  // Only now: a statement that waited for a lock still shows the agents of before.
  const agents = await tx
    .selectFrom('tillgate.agents')
    .select(['agent_id', 'quarantined_at'])
    .where('agent_id', 'in', ids)
    .where('client_id', '=', clientId)
    .where('kind', '=', 'oauth')
    .where('revoked_at', 'is', null)
    .execute()
  if (agents.every((agent) => agent.quarantined_at === null)) return agents.map((agent) => agent.agent_id)
  throw new AppError(
    'not_allowed',
    'An agent of this client is in quarantine: an owner or admin of the workspace has to release it first.',
  )
}

type Named = { readonly accountId: string; readonly agentIds: readonly string[]; readonly grantId: string | undefined }

/** The id where the grant is there and live, with what it has from now on. */
async function keepGrant(tx: WorkspaceTransaction, { accountId, agentIds, grantId }: Named, given: Given) {
  if (grantId === undefined || agentIds.length === 0) return undefined
  const kept = await tx
    .updateTable('tillgate.grants')
    .set(given)
    .where((column) => column(column.cast<string>('grant_id', 'text'), '=', grantId))
    .where('account_id', '=', accountId)
    .where('agent_id', 'in', agentIds)
    .where('revoked_at', 'is', null)
    .where((column) => column.or([column('expires_at', 'is', null), column('expires_at', '>', new Date())]))
    .returning('grant_id')
    .executeTakeFirst()
  if (kept) await tx.deleteFrom('tillgate.grant_stores').where('grant_id', '=', kept.grant_id).execute()
  return kept?.grant_id
}

type NewGrant = { readonly workspaceId: string; readonly accountId: string; readonly consent: Consent }

async function insertGrant(tx: WorkspaceTransaction, { workspaceId, accountId, consent }: NewGrant, given: Given) {
  const made = { workspace_id: workspaceId, agent_id: randomUUID(), created_by: `account:${accountId}` }
  // By characters: half of one could not be written.
  const name = [...consent.clientName.trim()].slice(0, NAME_MAX).join('') || 'unnamed client'
  await tx
    .insertInto('tillgate.agents')
    .values({ ...made, kind: 'oauth', name, client_id: consent.clientId })
    .execute()
  const grantId = randomUUID()
  await tx
    .insertInto('tillgate.grants')
    .values({ ...made, ...given, grant_id: grantId, account_id: accountId })
    .execute()
  return grantId
}
