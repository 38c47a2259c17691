import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import {
  type Account,
  addMember,
  changeRole,
  consentGrant,
  createMachineAgent,
  createRoleIn,
  inviteMember,
  type Login,
  quarantineAgent,
} from '#identity'
import { presets } from '#policy'
import type { Jobs, WorkspaceTransaction } from '#store'

/** What the demo's people and agents are made with. */
export type CastParts = {
  readonly jobs: Jobs
  readonly authPool: pg.Pool
  readonly login: Login
  readonly workspaceId: string
  readonly store: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** An agent of the story, as its records name it. */
export type Actor = {
  readonly agentId: string
  readonly grantId: string
  readonly clientId: string
  readonly roleId: string
  readonly roleVersion: number
  /** The member behind it; undefined for a machine. */
  readonly accountId: string | undefined
}

export type Cast = {
  readonly mara: Account
  readonly stockWatcher: Actor
  readonly claude: Actor
  readonly reviewHelper: Actor
  readonly nightReport: Actor
}

const DAY_MS = 86_400_000
const BY = 'demo'

/** The colleagues and agents of a small shop, with one thing to notice about each agent. */
export async function makeCast(parts: CastParts): Promise<Cast> {
  const mara = await member(parts, { email: 'mara@harbour-pine.example', name: 'Mara Lind', seat: 'admin' })
  await member(parts, { email: 'jon@harbour-pine.example', name: 'Jon Vale', seat: 'viewer' })
  await makeNightRole(parts)
  const stockWatcher = await machine(parts, {
    name: 'Stock watcher',
    role: 'merchandiser',
    purpose: 'Tells the warehouse what runs low.',
    days: 26,
  })
  const nightReport = await machine(parts, {
    name: 'Night report',
    role: 'night report',
    purpose: 'Yesterday in numbers, for the morning meeting.',
    days: 21,
  })
  const claude = await connected(parts, { account: mara, name: 'Claude', role: 'support', days: 12 })
  const reviewHelper = await connected(parts, { account: mara, name: 'Review helper', role: 'analyst', days: 9 })
  await parts.jobs.inWorkspace(parts.workspaceId, async (tx) => {
    await quarantineAgent(tx, { agent: reviewHelper.agentId, by: BY })
    await widenNightRole(tx, parts)
    await inviteMember(tx, {
      workspaceId: parts.workspaceId,
      email: 'accounts@harbour-pine.example',
      seat: 'viewer',
      by: BY,
    })
  })
  return { mara, stockWatcher, claude, reviewHelper, nightReport }
}

type NewMember = { readonly email: string; readonly name: string; readonly seat: 'admin' | 'viewer' }

/** Nobody knows the password: these two are there to be looked at. */
async function member({ login, jobs, workspaceId }: CastParts, { email, name, seat }: NewMember): Promise<Account> {
  const known = await login.accountByEmail(email)
  const account = known ?? (await login.createAccount({ email, name, password: randomBytes(18).toString('base64url') }))
  const { accountId } = account
  await jobs.inWorkspace(workspaceId, (tx) => addMember(tx, { workspaceId, accountId, email, name, seat, by: BY }))
  return account
}

const NIGHT = {
  ...presets.analyst,
  scopes: ['stores:read', 'orders:read', 'customers:read'],
  limits: { per_second: 2, burst: 20, concurrency: 2 },
}

async function makeNightRole({ jobs, workspaceId }: CastParts): Promise<void> {
  const role = { workspaceId, name: 'night report', by: BY }
  await jobs.inWorkspace(workspaceId, async (tx) => {
    await createRoleIn(tx, { ...role, definition: NIGHT })
    await changeRole(tx, { ...role, definition: { ...NIGHT, scopes: ['stores:read', 'orders:read'] } })
  })
}

/** What it gains waits for a yes, on the agent's page. */
async function widenNightRole(tx: WorkspaceTransaction, { workspaceId }: CastParts): Promise<void> {
  const definition = { ...NIGHT, scopes: ['stores:read', 'orders:read', 'inventory:read'] }
  await changeRole(tx, { workspaceId, name: 'night report', definition, by: BY })
}

type NewMachine = { readonly name: string; readonly role: string; readonly purpose: string; readonly days: number }

async function machine(parts: CastParts, { days, ...agent }: NewMachine): Promise<Actor> {
  const { jobs, authPool, workspaceId } = parts
  const made = await createMachineAgent({ jobs, authPool }, { ...agent, workspaceId, stores: 'all', createdBy: BY })
  await since(parts, made, days)
  return actor(parts, { ...made, accountId: undefined })
}

type NewConnected = { readonly account: Account; readonly name: string; readonly role: string; readonly days: number }

async function connected(parts: CastParts, { account, name, role, days }: NewConnected): Promise<Actor> {
  const { jobs, workspaceId, store } = parts
  const { accountId } = account
  const clientId = `https://${name.toLowerCase().replaceAll(' ', '-')}.example/client.json`
  const wanted = {
    clientId,
    clientName: name,
    role,
    stores: [store],
    scopes: presets[role === 'support' ? 'support' : 'analyst'].scopes,
    expiresDays: 90,
  }
  const { grantId } = await jobs.inWorkspace(workspaceId, (tx) => consentGrant(tx, { workspaceId, accountId }, wanted))
  const { agent_id: agentId } = await jobs.inWorkspace(workspaceId, (tx) =>
    tx.selectFrom('tillgate.grants').select('agent_id').where('grant_id', '=', grantId).executeTakeFirstOrThrow(),
  )
  await since(parts, { agentId, grantId }, days)
  return actor(parts, { agentId, grantId, clientId, accountId })
}

/** As if it had been connected so many days ago, and had called a moment ago. */
async function since({ jobs, workspaceId, now }: CastParts, ids: Pick<Actor, 'agentId' | 'grantId'>, days: number) {
  const created_at = new Date(now - days * DAY_MS)
  await jobs.inWorkspace(workspaceId, async (tx) => {
    await tx.updateTable('tillgate.agents').set({ created_at }).where('agent_id', '=', ids.agentId).execute()
    const seen = { created_at, last_seen_at: new Date(now - 7 * 60_000) }
    await tx.updateTable('tillgate.grants').set(seen).where('grant_id', '=', ids.grantId).execute()
  })
}

type Ids = Pick<Actor, 'agentId' | 'grantId' | 'clientId' | 'accountId'>

function actor({ jobs, workspaceId }: CastParts, { agentId, grantId, clientId, accountId }: Ids): Promise<Actor> {
  return jobs.inWorkspace(workspaceId, async (tx) => {
    const { roleId, roleVersion } = await tx
      .selectFrom('tillgate.grants')
      .select(['role_id as roleId', 'accepted_version as roleVersion'])
      .where('grant_id', '=', grantId)
      .executeTakeFirstOrThrow()
    return { agentId, grantId, clientId, roleId, roleVersion, accountId }
  })
}
