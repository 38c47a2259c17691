import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson, systemClock } from '#kernel'
import { type WorkspaceTransaction, withClient } from '#store'
import { createVault, localKeyProvider, type Vault } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type AuditLog, createAuditLog } from './log.ts'
import type { RecordHeader } from './record.ts'
import { headOf, type RecordFilter, readBody, readRecord, recordsAfter, searchRecords } from './search.ts'

let db: TestDatabase
let log: AuditLog
let vault: Vault
const folder = mkdtempSync(join(tmpdir(), 'tg-search-'))

beforeAll(async () => {
  db = await startTestDatabase()
  log = createAuditLog({ pool: db.pools.audit })
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  vault = createVault({ provider, clock: systemClock })
}, 60_000)
afterAll(async () => {
  vault?.close()
  await log?.close()
  await db?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const inside = <T>(workspaceId: string, work: (tx: WorkspaceTransaction) => Promise<T>) =>
  db.jobs.inWorkspace(workspaceId, work)

const T0 = Date.parse('2026-03-01T00:00:00Z')
const header = (more: Partial<RecordHeader>): RecordHeader => ({
  ...({ v: 1, kind: 'call', request: randomUUID(), at: T0, outcome: 'ok' } as const),
  ...more,
})

/** Appends the headers in their order. */
async function append(workspaceId: string, headers: readonly RecordHeader[]): Promise<void> {
  for (const each of headers) await log.append({ workspaceId, header: each })
}

/** Every page of a search, until there is no next one. */
async function pagesOf(workspaceId: string, filter: RecordFilter, page: { limit: number; budgetMs?: number }) {
  const pages: number[][] = []
  let before: number | undefined
  do {
    const found = await inside(workspaceId, (tx) => searchRecords(tx, filter, { budgetMs: 10_000, ...page, before }))
    pages.push(found.records.map(({ record }) => record))
    before = found.next ?? undefined
    if (pages.length > 100) throw new Error('it never ends')
  } while (before !== undefined)
  return pages
}

const [ADA, BOB, SHOP, PIER] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
const MIXED: readonly RecordHeader[] = [
  header({ agent: ADA, tool: 'get_order', store: SHOP, account: BOB }),
  header({ agent: BOB, tool: 'get_order', store: PIER, at: T0 + 1_000 }),
  header({ agent: ADA, tool: 'get_product', store: SHOP, at: T0 + 2_000, outcome: 'refused', code: 'not_found' }),
  header({ kind: 'admin', action: 'agent.revoke', subject: ADA, account: ADA, at: T0 + 2_000 }),
  header({ kind: 'admin', action: 'agentless', account: ADA, at: T0 + 2_000 }),
  header({ kind: 'refusal', agent: BOB, reason: 'token_expired', outcome: 'refused', count: 3, at: T0 + 3_000 }),
  header({ kind: 'refusal', reason: `","agent":"${ADA}","tool":"get_order","store":"${SHOP}"`, at: T0 + 4_000 }),
  header({ kind: 'call', client: `"account":"${ADA}"`, outcome: 'failed', at: T0 + 5_000 }),
]

type Case = readonly [what: string, filter: RecordFilter, matches: (one: RecordHeader) => boolean]
const CASES: readonly Case[] = [
  ['nothing in particular', {}, () => true],
  ['the agent', { agents: [ADA] }, ({ agent }) => agent === ADA],
  ['several agents', { agents: [ADA, BOB] }, ({ agent }) => agent !== undefined],
  ['no agent at all', { agents: [] }, () => false],
  ['an agent that is not there', { agents: [randomUUID()] }, () => false],
  ['the tool', { tool: 'get_order' }, ({ tool }) => tool === 'get_order'],
  ['the store', { store: PIER }, ({ store }) => store === PIER],
  ['what was not answered', { outcomes: ['refused', 'failed'] }, ({ outcome }) => outcome !== 'ok'],
  ['what was answered', { outcomes: ['ok'] }, ({ outcome }) => outcome === 'ok'],
  ['what failed', { outcomes: ['failed'] }, ({ outcome }) => outcome === 'failed'],
  ['the kinds', { kinds: ['call', 'refusal'] }, ({ kind }) => kind !== 'admin'],
  ['how an action begins', { action: 'agent.' }, ({ action }) => action === 'agent.revoke'],
  ['an action with a wildcard', { action: 'agent_' }, () => false],
  ['the account', { account: ADA }, ({ account }) => account === ADA],
  ['its beginning', { from: new Date(T0 + 2_000) }, ({ at }) => at >= T0 + 2_000],
  ['its end', { to: new Date(T0 + 2_000) }, ({ at }) => at <= T0 + 2_000],
  ['a time in which nothing was', { from: new Date(T0 + 6_000) }, () => false],
  ['a time before everything', { to: new Date(T0 - 1) }, () => false],
  [
    'several at once',
    { agents: [ADA], outcomes: ['refused'], store: SHOP, from: new Date(T0 + 1), to: new Date(T0 + 9_000) },
    ({ agent, outcome }) => agent === ADA && outcome === 'refused',
  ],
]

describe('a search of records', () => {
  const workspaceId = randomUUID()
  beforeAll(() => append(workspaceId, MIXED))

  it.each(CASES)('by %s finds just those, the newest first', async (_, filter, matches) => {
    const numbers = MIXED.flatMap((one, index) => (matches(one) ? [index + 1] : [])).reverse()
    expect(await pagesOf(workspaceId, filter, { limit: 100 })).toEqual([numbers])
    expect((await pagesOf(workspaceId, filter, { limit: 2 })).flat()).toEqual(numbers)
  })

  it('gives what is written down, with its receipt', async () => {
    const written = header({ tool: 'get_order' })
    const receipt = await log.append({ workspaceId, header: written })
    const { records } = await inside(workspaceId, (tx) => searchRecords(tx, {}, { limit: 1 }))
    const stored = { ...receipt, header: written, headerText: canonicalJson(written) }
    expect(records).toEqual([stored])
    expect(await inside(workspaceId, (tx) => readRecord(tx, receipt.record))).toEqual(stored)
    expect(await inside(workspaceId, headOf)).toBe(receipt.record)
    expect(await inside(workspaceId, (tx) => readBody(tx, receipt.record))).toEqual({ kind: 'none' })
  })

  it('gives nothing of another workspace, and nothing where there is none', async () => {
    const other = randomUUID()
    expect(await pagesOf(other, {}, { limit: 10 })).toEqual([[]])
    expect(await inside(other, (tx) => readRecord(tx, 1))).toBeUndefined()
    expect(await inside(other, headOf)).toBe(0)
    const followed = await inside(other, (tx) => recordsAfter(tx, {}, { after: 0, limit: 5 }))
    expect(followed).toEqual({ records: [], matching: 0, head: 0 })
  })

  it('finds the sealed body of a record', async () => {
    const context = { workspace: workspaceId, purpose: 'audit-body' }
    const key = await vault.dataKey(context, (await vault.newDataKey(context)).wrapped)
    const { record } = await log.append({ workspaceId, header: header({}), body: { key, value: { text: 'sealed' } } })
    const [stored, found] = await inside(workspaceId, async (tx) => {
      return [await readRecord(tx, record), await readBody(tx, record)] as const
    })
    if (found.kind !== 'sealed') throw new Error(found.kind)
    expect(key.open(stored?.headerText ?? '', found.sealed).toString()).toBe('{"text":"sealed"}')
  })
})

const MANY = 60_000
/** At both sides of where the windows of a search meet, too. */
const RARE = [10, 10_000, 10_001, 35_000, 35_001, 59_990]

/** Records as the log would write them, but for their hashes; only so are there many in no time. */
function fill(workspaceId: string): Promise<void> {
  return withClient(db.superuser, async (client) => {
    const sql = `
      insert into audit.records (workspace_id, seq, at, header, body_digest, hash)
      select $1, n, to_timestamp(1e9 + n), format('{"agent":"%s","at":%s,"kind":"call","outcome":"ok","request":"r","tool":"%s","v":1}',
        $2::text, n, case when n = any($3::int[]) then 'rare' else 'usual' end), sha256(''), sha256('')
      from generate_series(1, $4::int) n`
    await client.query(sql, [workspaceId, ADA, RARE, MANY])
    await client.query("insert into audit.heads values ($1, $2, sha256(''))", [workspaceId, MANY])
    await client.query('analyze audit.records')
  })
}

describe('among very many records', () => {
  const workspaceId = randomUUID()
  const rarest = RARE.toReversed()
  beforeAll(() => fill(workspaceId))

  it.each([1, 2, 4, 100])('pages of %d have no gap and no double', async (limit) => {
    const pages = await pagesOf(workspaceId, { tool: 'rare' }, { limit })
    expect(pages.flat()).toEqual(rarest)
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
  })

  it('a search without time gives short pages, which say where to go on, and gets to the end', async () => {
    const pages = await pagesOf(workspaceId, { tool: 'rare' }, { limit: 100, budgetMs: 0 })
    expect(pages.flat()).toEqual(rarest)
    expect(pages.filter((page) => page.length === 0).length).toBeGreaterThan(3)
    const nothing = await pagesOf(workspaceId, { tool: 'never' }, { limit: 100, budgetMs: 0 })
    expect(nothing.flat()).toEqual([])
    expect(nothing.length).toBe(pages.length)
  })

  it('begins before the number that it is told', async () => {
    const found = await inside(workspaceId, (tx) => searchRecords(tx, {}, { limit: 2, before: 25_001 }))
    expect({ records: found.records.map(({ record }) => record), next: found.next }).toEqual({
      ...{ records: [25_000, 24_999], next: 24_999 },
    })
    expect((await inside(workspaceId, (tx) => searchRecords(tx, {}, { limit: 2, before: 1 }))).records).toEqual([])
  })

  it('has times that bound the search', async () => {
    const filter = { from: new Date((1e9 + 24_999) * 1000), to: new Date((1e9 + 25_001) * 1000) }
    expect(await pagesOf(workspaceId, filter, { limit: 5 })).toEqual([[25_001, 25_000, 24_999]])
  })

  it('who follows gets the newest in order, and how many there were', async () => {
    const follow = async (filter: RecordFilter, at: { after: number; limit: number }) => {
      const { records, ...counts } = await inside(workspaceId, (tx) => recordsAfter(tx, filter, at))
      return { numbers: records.map(({ record }) => record), ...counts }
    }
    expect(await follow({}, { after: MANY - 100, limit: 3 })).toEqual({
      ...{ numbers: [MANY - 2, MANY - 1, MANY], matching: 100, head: MANY },
    })
    expect(await follow({}, { after: MANY, limit: 3 })).toEqual({ numbers: [], matching: 0, head: MANY })
    const rare = { tool: 'rare' }
    const both = { matching: 2, head: MANY }
    expect(await follow(rare, { after: 35_000, limit: 3 })).toEqual({ numbers: [35_001, 59_990], ...both })
    expect(await follow(rare, { after: 35_000, limit: 1 })).toEqual({ numbers: [59_990], ...both })
    expect(await follow({ agents: [] }, { after: 0, limit: 3 })).toEqual({ numbers: [], matching: 0, head: MANY })
    expect((await follow({}, { after: 0, limit: 3 })).matching).toBe(25_000)
  })
})
