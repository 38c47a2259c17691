import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditLog, createTally } from '#audit'
import { addStore, createMachineAgent, createWorkspace, type MachineAgent } from '#identity'
import { newToken, Secret, systemClock, tokenHash } from '#kernel'
import { createVault, localKeyProvider, type Vault } from '#vault'
import type { TestDatabase } from '../database.ts'

/** A workspace with rows in every tenant table. */
export type FilledWorkspace = {
  readonly workspaceId: string
  readonly slug: string
  readonly agent: MachineAgent
  /** Of a live token whose resource is `core`. */
  readonly tokenHash: Buffer
  /** The owner, who is a member of this workspace only. */
  readonly accountId: string
  /** Of a live session of the owner, with a second factor. */
  readonly sessionHash: string
}

export type TwoWorkspaces = {
  readonly one: FilledWorkspace
  readonly two: FilledWorkspace
  readonly parts: Parts
  stop(): Promise<void>
}

type Parts = { jobs: TestDatabase['jobs']; authPool: TestDatabase['pools']['auth']; vault: Vault }

/** Makes the workspaces `one` and `two`, each with a store, an agent, a token and a record. */
export async function fillTwoWorkspaces(database: TestDatabase): Promise<TwoWorkspaces> {
  const folder = await mkdtemp(join(tmpdir(), 'tg-two-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  const vault = createVault({ provider, clock: systemClock })
  const parts = { jobs: database.jobs, authPool: database.pools.auth, vault }
  return {
    one: await fill(database, parts, 'one'),
    two: await fill(database, parts, 'two'),
    parts,
    async stop() {
      vault.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function fill(database: TestDatabase, parts: Parts, slug: string): Promise<FilledWorkspace> {
  const { workspaceId } = await createWorkspace(parts, { slug, name: slug })
  await connectStore(parts, workspaceId, `shop-${slug}`)
  const agent = await createMachineAgent(parts, {
    workspaceId,
    name: `agent ${slug}`,
    role: 'analyst',
    stores: 'all',
    createdBy: 'test',
  })
  await record(database, parts, workspaceId)
  const { accountId, sessionHash } = await newPerson(database, `owner@${slug}.test`)
  await seat(database, { workspaceId, accountId, email: `owner@${slug}.test` })
  await invite(database, workspaceId)
  return { workspaceId, slug, agent, tokenHash: await issueToken(database, agent), accountId, sessionHash }
}

/** An account with a live session, as the login would write them; `mfa` says whether a second factor was shown. */
export async function newPerson({ pools }: TestDatabase, email: string, mfa = true) {
  const accountId = randomUUID()
  const sessionHash = tokenHash(newToken('at')).toString('base64url')
  await pools.auth.query('insert into auth.accounts (id, email, name) values ($1, $2, $2)', [accountId, email])
  await pools.auth.query(
    `insert into auth.sessions (id, user_id, token, expires_at, mfa_at)
     values (gen_random_uuid(), $1, $2, now() + interval '1 hour', case when $3 then now() end)`,
    [accountId, sessionHash, mfa],
  )
  return { accountId, sessionHash }
}

/** Makes the account an owner of the workspace. */
export async function seat(
  { jobs }: TestDatabase,
  { workspaceId, accountId, email }: { workspaceId: string; accountId: string; email: string },
): Promise<void> {
  await jobs.inWorkspace(workspaceId, (tx) =>
    tx
      .insertInto('tillgate.members')
      .values({
        workspace_id: workspaceId,
        account_id: accountId,
        seat: 'owner',
        email,
        name: email,
        created_by: 'test',
      })
      .execute(),
  )
}

/** Writes an open invitation of guest@example.test and gives the hash of its token. */
export async function invite({ jobs }: TestDatabase, workspaceId: string): Promise<Buffer> {
  const token_hash = tokenHash(newToken('at'))
  const values = { workspace_id: workspaceId, invitation_id: randomUUID(), email: 'guest@example.test', token_hash }
  await jobs.inWorkspace(workspaceId, (tx) =>
    tx
      .insertInto('tillgate.invitations')
      .values({ ...values, seat: 'viewer', created_by: 'test', expires_at: new Date(Date.now() + 3_600_000) })
      .execute(),
  )
  return token_hash
}

/** Connects a test store with the handle. */
export async function connectStore(parts: Parts, workspaceId: string, handle: string): Promise<void> {
  const shop = { platform: 'shopify', name: handle, mode: 'test', currency: 'EUR' } as const
  const credential = new Secret(randomBytes(8).toString('hex'))
  await addStore(parts, { workspaceId, handle, ...shop, origin: 'http://127.0.0.1:9', credential })
}

type TokenOptions = { resource?: string; secondsLeft?: number }

/** Writes an access token of the agent's grant, as the authorization server would, and gives its hash. */
export async function issueToken(
  { pools }: TestDatabase,
  { clientId, grantId }: Pick<MachineAgent, 'clientId' | 'grantId'>,
  { resource = 'core', secondsLeft = 600 }: TokenOptions = {},
): Promise<Buffer> {
  const hash = tokenHash(newToken('at'))
  await pools.auth.query(
    `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
     values ($1, 'ClientCredentials', $2, $3, 'orders:read', $4, '{}', now() + make_interval(secs => $5))`,
    [hash, clientId, grantId, resource, secondsLeft],
  )
  return hash
}

async function record({ pools, jobs }: TestDatabase, { vault }: Parts, workspaceId: string): Promise<void> {
  const { audit_key } = await jobs.inWorkspace(workspaceId, (tx) =>
    tx.selectFrom('tillgate.workspaces').select('audit_key').executeTakeFirstOrThrow(),
  )
  const key = await vault.dataKey({ workspace: workspaceId, purpose: 'audit-body' }, audit_key)
  const log = createAuditLog({ pool: pools.audit })
  for (const outcome of ['ok', 'refused'] as const) {
    await log.append({ workspaceId, header: header(outcome), body: { key, value: { arguments: {} } } })
  }
  await log.close()
  const onMistake = (error: unknown) => {
    throw error
  }
  const tally = createTally({ jobs, clock: systemClock, onMistake })
  await tally.catchUp(workspaceId)
  await tally.stop()
}

const header = (outcome: 'ok' | 'refused') => ({ v: 1, kind: 'call', request: 'r1', at: Date.now(), outcome }) as const
