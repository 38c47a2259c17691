import { randomUUID } from 'node:crypto'
import type { Scope } from '#commerce'
import { readRole } from '#identity'
import { newToken, tokenHash } from '#kernel'
import type { Seat } from '#policy'
import type { WorkspaceTransaction } from '#store'
import type { TestDatabase } from '../database.ts'

/** A live grant of a member with the token of its agent, as consent and the authorization server would write them. */
export type MemberGrant = {
  readonly workspaceId: string
  readonly accountId: string
  readonly agentId: string
  readonly grantId: string
  readonly clientId: string
  /** For the resource `core`. */
  readonly token: string
}

export type MemberGrantOptions = {
  readonly workspaceId: string
  readonly role: string
  /** Of a new member; owner unless told. */
  readonly seat?: Seat
  /** An account that exists; else a new one. */
  readonly accountId?: string
  /** All of the role's unless told. */
  readonly scopes?: readonly Scope[]
  /** Those of the grant unless told. */
  readonly tokenScopes?: readonly Scope[]
}

type Written = Pick<TestDatabase, 'jobs' | 'pools'>

/** Makes the account and the member where they are missing, then an OAuth agent with a grant for all stores. */
export async function memberGrant(database: Written, options: MemberGrantOptions): Promise<MemberGrant> {
  const { workspaceId } = options
  const accountId = options.accountId ?? (await newAccount(database))
  const ids = { agentId: randomUUID(), grantId: randomUUID(), clientId: `https://client.test/${randomUUID()}` }
  const scopes = await database.jobs.inWorkspace(workspaceId, async (tx) => {
    await insertMember(tx, { workspaceId, accountId, seat: options.seat ?? 'owner' })
    return insertGrant(tx, options, { ...ids, accountId })
  })
  const made = { workspaceId, accountId, ...ids }
  return { ...made, token: await issueToken(database, made, { scopes: options.tokenScopes ?? scopes }) }
}

/** One more token of the grant. */
export async function issueToken(
  { pools }: Written,
  { clientId, grantId }: Pick<MemberGrant, 'clientId' | 'grantId'>,
  { scopes, resource = 'core' }: { scopes: readonly string[]; resource?: string },
): Promise<string> {
  const token = newToken('at')
  await pools.auth.query(
    `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
     values ($1, 'AccessToken', $2, $3, $4, $5, '{}', now() + interval '10 minutes')`,
    [tokenHash(token), clientId, grantId, scopes.join(' '), resource],
  )
  return token
}

async function newAccount({ pools }: Written): Promise<string> {
  const accountId = randomUUID()
  await pools.auth.query('insert into auth.accounts (id, email, name) values ($1, $2, $3)', [
    accountId,
    `${accountId}@people.test`,
    'Someone',
  ])
  return accountId
}

type Member = { workspaceId: string; accountId: string; seat: Seat }

async function insertMember(tx: WorkspaceTransaction, { workspaceId, accountId, seat }: Member): Promise<void> {
  const person = { email: `${accountId}@people.test`, name: 'Someone', created_by: 'test' }
  await tx
    .insertInto('tillgate.members')
    .values({ workspace_id: workspaceId, account_id: accountId, seat, ...person })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

type Ids = Pick<MemberGrant, 'agentId' | 'grantId' | 'clientId' | 'accountId'>

async function insertGrant(tx: WorkspaceTransaction, options: MemberGrantOptions, ids: Ids): Promise<Scope[]> {
  const role = await readRole(tx, options.role)
  if (!role) throw new Error(`there is no role ${options.role}`)
  const scopes = [...(options.scopes ?? role.definition.scopes)]
  const common = { workspace_id: options.workspaceId, agent_id: ids.agentId, created_by: `account:${ids.accountId}` }
  await tx
    .insertInto('tillgate.agents')
    .values({ ...common, kind: 'oauth', name: 'A client', client_id: ids.clientId })
    .execute()
  const grant = { ...common, grant_id: ids.grantId, account_id: ids.accountId, role_id: role.roleId, scopes }
  await tx
    .insertInto('tillgate.grants')
    .values({ ...grant, accepted_version: role.version })
    .execute()
  const stores = await tx.selectFrom('tillgate.stores').select(['workspace_id', 'store_id']).execute()
  const links = stores.map((store) => ({ ...store, grant_id: ids.grantId }))
  if (links.length > 0) await tx.insertInto('tillgate.grant_stores').values(links).execute()
  return scopes
}
