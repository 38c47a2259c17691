import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as audit from '#audit'
import * as identity from '#identity'
import { Secret, systemClock } from '#kernel'
import { presets } from '#policy'
import { HOT_PATH_SQL, jobs, type Pools, people, type WorkspaceTransaction } from '#store'
import { createVault, localKeyProvider, type Vault } from '#vault'
import { startTestDatabase, type TestDatabase } from '../database.ts'
import { memberGrant } from '../support/member-grant.ts'
import { type RecordedSql, recordSql } from './recorded-sql.ts'
import { newPerson, seat } from './two-workspaces.ts'

let database: TestDatabase
let folder: string
let vault: Vault

beforeAll(async () => {
  database = await startTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'tg-sql-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  vault = createVault({ provider, clock: systemClock })
}, 60_000)

afterAll(async () => {
  vault?.close()
  await database?.stop()
  await rm(folder, { recursive: true, force: true })
})

function listening(): { pools: Pools; sql: RecordedSql } {
  const pools = database.morePools()
  return { pools, sql: recordSql([pools.app, pools.auth, pools.audit, pools.jobs]) }
}

const snapshot = (name: string) => `__snapshots__/${name}.sql`

it('the hot path runs these statements', async () => {
  const text = Object.entries(HOT_PATH_SQL).map(([name, statement]) => `-- ${name}\n${statement};\n`)
  await expect(text.join('\n')).toMatchFileSnapshot(snapshot('hot-path'))
})

it('identity runs these statements', async () => {
  const { pools, sql } = listening()
  const world = { jobs: jobs(pools.jobs), authPool: pools.auth, vault }
  const slug = 'snap'
  const { workspaceId } = await sql.during('createWorkspace', () =>
    identity.createWorkspace(world, { slug, name: 'Snap' }),
  )
  const role = { workspaceId, name: 'lister', definition: presets.analyst }
  const shop = { workspaceId, handle: 'shop', credential: new Secret('x'), origin: 'http://127.0.0.1:9' }
  const store = { ...shop, platform: 'shopify', name: 'Shop', mode: 'test', currency: 'EUR' } as const
  const agent = { workspaceId, name: 'bot', role: 'lister', stores: 'all', createdBy: 'test' } as const
  await sql.during('workspaceBySlug', () => identity.workspaceBySlug(world, slug))
  await sql.during('createRole', () => identity.createRole(world, role))
  await sql.during('updateRole', () => identity.updateRole(world, role))
  await sql.during('roleByName', () => identity.roleByName(world, role))
  await sql.during('addStore', () => identity.addStore(world, store))
  await sql.during('listStores', () => identity.listStores(world, workspaceId))
  await sql.during('moveStore', () => identity.moveStore(world, shop))
  const { grantId } = await sql.during('createMachineAgent', () => identity.createMachineAgent(world, agent))
  const link = { workspaceId, grantId, handle: 'shop' }
  await sql.during('listAgents', () => world.jobs.inWorkspace(workspaceId, (tx) => identity.listAgents(tx)))
  await sql.during('addStoreToGrant', () => identity.addStoreToGrant(world, link))
  await sql.during('removeStoreFromGrant', () => identity.removeStoreFromGrant(world, link))
  const named = { workspaceId, agent: 'bot', overlapSeconds: 0, by: 'test' }
  await sql.during('rotateAgentSecret', () => identity.rotateAgentSecret(world, named))
  await sql.during('revokeAgent', () => identity.revokeAgent(world, named))
  await sql.during('disconnectStore', () => identity.disconnectStore(world, link))
  await expect(sql.text()).toMatchFileSnapshot(snapshot('identity'))
})

it('audit runs these statements', async () => {
  const { pools, sql } = listening()
  const workspaceId = '00000000-0000-4000-8000-000000000001'
  const log = audit.createAuditLog({ pool: pools.audit })
  const header = { v: 1, kind: 'call', request: 'r1', at: 0, outcome: 'ok' } as const
  await sql.during('append', () => log.append({ workspaceId, header }))
  const { publicKey } = generateKeyPairSync('ed25519')
  const options = { jobs: jobs(pools.jobs), headsFile: join(folder, 'none'), publicKey, workspaces: [workspaceId] }
  const report = await sql.during('verifyAudit', () => audit.verifyAudit(options))
  expect(report.ok).toBe(true)
  // No workspace at the start: that round would run beside what is listened to.
  const quiet = { ...jobs(pools.jobs), listWorkspaces: async () => [] }
  const tally = audit.createTally({ jobs: quiet, clock: systemClock, onMistake: () => {} })
  await sql.during('catchUp', () => tally.catchUp(workspaceId))
  await tally.stop()
  for (const [name, read] of Object.entries(READS)) {
    await sql.during(name, () => jobs(pools.jobs).inWorkspace(workspaceId, read))
  }
  await expect(sql.text()).toMatchFileSnapshot(snapshot('audit'))
})

/** What pages ask records and tallies for, with all that narrows them. */
const [FROM, TO, AGENTS] = [new Date(0), new Date(1), ['00000000-0000-4000-8000-000000000002']]
const NARROW: audit.RecordFilter = {
  ...({ kinds: ['call'], agents: AGENTS, tool: 'get_order', store: 's', outcomes: ['failed'] } as const),
  ...{ action: 'agent.', account: 'a', from: FROM, to: TO },
}
const READS: Readonly<Record<string, (tx: WorkspaceTransaction) => Promise<unknown>>> = {
  headOf: audit.headOf,
  'searchRecords for all': (tx) => audit.searchRecords(tx, {}, { limit: 1 }),
  'searchRecords for little': (tx) => audit.searchRecords(tx, { ...NARROW, from: undefined, to: TO }, { limit: 1 }),
  'searchRecords for a time': (tx) => audit.searchRecords(tx, { from: FROM }, { limit: 1 }),
  recordsAfter: (tx) => audit.recordsAfter(tx, {}, { after: 0, limit: 1 }),
  readRecord: (tx) => audit.readRecord(tx, 1),
  readBody: (tx) => audit.readBody(tx, 1),
  readPulse: (tx) => audit.readPulse(tx, { from: FROM, binMs: 60_000 }),
  refusedMost: (tx) => audit.refusedMost(tx, { from: FROM, agents: AGENTS }, 1),
  agentHours: (tx) => audit.agentHours(tx, { from: FROM }),
  storeCounts: (tx) => audit.storeCounts(tx, { from: FROM }),
  toolCounts: (tx) => audit.toolCounts(tx, { from: FROM, agents: AGENTS }),
}

it('a person in a workspace runs these statements', async () => {
  const { pools, sql } = listening()
  const { workspaceId } = await identity.createWorkspace(
    { jobs: jobs(pools.jobs), vault },
    { slug: 'people', name: 'People' },
  )
  const { accountId, sessionHash } = await newPerson(database, 'someone@snap.test')
  await seat(database, { workspaceId, accountId, email: 'someone@snap.test' })
  const { grantId } = await memberGrant(database, { workspaceId, accountId, role: 'support' })
  const act = (work: (tx: WorkspaceTransaction) => Promise<unknown>) =>
    people(pools.app).inWorkspace({ hash: sessionHash, slug: 'people' }, work)
  const filter = { accountId, text: 'client', state: 'stopped' } as const
  const acts: Record<string, (tx: WorkspaceTransaction) => Promise<unknown>> = {
    pageAgents: (tx) => identity.pageAgents(tx, {}, { page: 1, size: 10 }),
    'pageAgents of little': (tx) => identity.pageAgents(tx, filter, { page: 2, size: 10 }),
    agentNames: (tx) => identity.agentNames(tx, [workspaceId]),
    agentIdsOf: (tx) => identity.agentIdsOf(tx, accountId),
    memberMarks: identity.memberMarks,
    clearOwnMarks: (tx) => identity.clearOwnMarks(tx, sessionHash),
    clearAgentMarks: (tx) => identity.clearAgentMarks(tx, workspaceId),
    moveGrant: async (tx) => {
      const role = await identity.readRole(tx, 'analyst')
      if (role) await identity.moveGrant(tx, { grantId, role })
    },
  }
  for (const [name, work] of Object.entries(acts)) await sql.during(name, () => act(work))
  await expect(sql.text()).toMatchFileSnapshot(snapshot('people'))
})

it('the authorization server runs these statements for a machine agent', async () => {
  const { pools, sql } = listening()
  const world = { jobs: jobs(pools.jobs), authPool: pools.auth, vault }
  const { workspaceId } = await identity.createWorkspace(world, { slug: 'oauth', name: 'OAuth' })
  const agent = { workspaceId, name: 'bot', role: 'analyst', stores: [], createdBy: 'test' }
  const { clientId, clientSecret } = await identity.createMachineAgent(world, agent)
  const oauth = await listen(pools)
  const post = async (path: string, form: Record<string, string>) => {
    const credentials = { client_id: clientId, client_secret: clientSecret.reveal() }
    const answer = await fetch(oauth.base + path, {
      method: 'POST',
      body: new URLSearchParams({ ...credentials, ...form }),
    })
    expect(answer.status).toBe(200)
    return answer.text()
  }
  const issued = await sql.during('POST /oauth/token', () =>
    post('/oauth/token', { grant_type: 'client_credentials', resource: `${oauth.base}/mcp` }),
  )
  await sql.duringAtOnce('POST /oauth/revoke', () => post('/oauth/revoke', { token: JSON.parse(issued).access_token }))
  await oauth.stop()
  await sql.during('sweep', async () => {
    const sweep = identity.startSweep({ authPool: pools.auth, clock: systemClock, everyMs: 100, log: () => {} })
    await delay(150)
    await sweep.stop()
  })
  await expect(sql.text()).toMatchFileSnapshot(snapshot('authorization-server'))
})

async function listen(pools: Pools) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const base = `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  const oauth = await identity.createAuthorizationServer({
    issuer: base,
    authPool: pools.auth,
    vault,
    clock: systemClock,
    fetchDocument: () => Promise.reject(new Error('nothing is fetched here')),
    limit: () => {},
    log: () => {},
  })
  server.on('request', (request, response) => oauth.handle(request, response, '192.0.2.7'))
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await oauth.stop()
  }
  return { base, stop }
}
