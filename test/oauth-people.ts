import { randomUUID } from 'node:crypto'
import { withClient } from '#store'
import type { TestDatabase } from './database.ts'

/** A member with a standing grant to one client. */
export type Connected = { readonly accountId: string; readonly grantId: string }

type NewGrant = {
  readonly workspaceId: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** An account that is a member already; a new one unless given. */
  readonly accountId?: string
  readonly secondsLeft?: number
}

/** Writes a member, an agent of a client and the grant that ties them, as consenting in the console does. */
export async function connect(database: TestDatabase, grant: NewGrant): Promise<Connected> {
  const accountId = grant.accountId ?? (await newMember(database, grant.workspaceId))
  const [agentId, grantId] = [randomUUID(), randomUUID()]
  const { workspaceId, clientId, scopes, secondsLeft = null } = grant
  await superuser(
    database,
    `insert into tillgate.agents (workspace_id, agent_id, kind, name, client_id, created_by)
    values ($1, $2, 'oauth', 'a client', $3, 'test')`,
    [workspaceId, agentId, clientId],
  )
  await superuser(
    database,
    `insert into tillgate.grants
      (workspace_id, grant_id, agent_id, role_id, account_id, scopes, created_by, expires_at)
    select $1, $2, $3, role_id, $4, $5, 'test', now() + make_interval(secs => $6)
    from tillgate.roles where workspace_id = $1 and name = 'operator'`,
    [workspaceId, grantId, agentId, accountId, scopes, secondsLeft],
  )
  return { accountId, grantId }
}

/** Ends the grant as an admin does, without ending its tokens. */
export async function endGrant(database: TestDatabase, grantId: string): Promise<void> {
  await superuser(database, 'update tillgate.grants set revoked_at = now() where grant_id = $1', [grantId])
}

async function newMember(database: TestDatabase, workspaceId: string): Promise<string> {
  const accountId = randomUUID()
  const email = `${accountId}@example.test`
  await superuser(database, 'insert into auth.accounts (id, email, name) values ($1, $2, $2)', [accountId, email])
  await superuser(
    database,
    `insert into tillgate.members (workspace_id, account_id, seat, email, name, created_by)
    values ($1, $2, 'owner', $3, $3, 'test')`,
    [workspaceId, accountId, email],
  )
  return accountId
}

function superuser(database: TestDatabase, text: string, values: unknown[]) {
  return withClient(database.superuser, (client) => client.query(text, values))
}
