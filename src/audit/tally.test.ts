import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '#kernel'
import { jobs, type WorkspaceTransaction, withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { bucketMs } from './counts.ts'
import { type AuditLog, createAuditLog } from './log.ts'
import type { RecordHeader } from './record.ts'
import { createRefusals } from './refusals.ts'
import { createTally, type Tally } from './tally.ts'

let db: TestDatabase
let log: AuditLog
let tally: Tally
const mistakes: unknown[] = []
const onMistake = (error: unknown) => void mistakes.push(error)

beforeAll(async () => {
  db = await startTestDatabase()
  log = createAuditLog({ pool: db.pools.audit })
  tally = createTally({ jobs: db.jobs, clock: systemClock, onMistake })
}, 60_000)
afterAll(async () => {
  await tally?.stop()
  await log?.close()
  await db?.stop()
  expect(mistakes).toEqual([])
})

const inside = <T>(workspaceId: string, work: (tx: WorkspaceTransaction) => Promise<T>) =>
  db.jobs.inWorkspace(workspaceId, work)
const asSuperuser = (text: string, values: unknown[] = []) =>
  withClient(db.superuser, async (client) => (await client.query(text, values)).rows)

const HOUR_MS = 3_600_000
const T0 = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS
const AGENTS = [randomUUID(), randomUUID()]
const OUTCOMES = ['ok', 'ok', 'refused', 'failed'] as const
/** The edges of buckets, and both sides of them. */
const MS = [0, 0.4, 0.5, 0.51, 1, 1.01, 3, 4, 4.01, 1_000, 1e9]

/** One of many records, no two of which differ in the same way. */
function header(n: number): RecordHeader {
  const outcome = OUTCOMES[n % 4] ?? 'ok'
  return {
    ...({ v: 1, kind: n % 11 === 10 ? 'admin' : 'call', request: `r${n}`, at: T0 + n * 7_001 } as const),
    agent: AGENTS[n % 2],
    ...(n % 3 > 0 && { tool: `tool_${n % 3}`, store: `store_${n % 5}` }),
    outcome,
    ...(outcome !== 'ok' && { step: 'run', ...(n % 8 === 2 ? { reason: 'why' } : { code: 'not_found' }) }),
    ms: MS[n % MS.length] ?? 0,
  }
}

/** Appends records of these numbers. */
async function append(workspaceId: string, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  await Promise.all(numbers.map((n) => log.append({ workspaceId, header: header(n) })))
}

type Counts = {
  readonly hours: Record<string, number>
  readonly refused: Record<string, number>
  readonly storeHours: Record<string, number>
  readonly minutes: Record<string, number>
  /** Milliseconds by agents' hours, and by stores', in hundredths. */
  readonly ms: number
  readonly storeMs: number
}

/** What the tables say. */
async function tallied(workspaceId: string): Promise<Counts> {
  const [hours, refused, storeHours, minutes] = await inside(
    workspaceId,
    async (tx) =>
      [
        await tx.selectFrom('audit.tallies').selectAll().execute(),
        await tx.selectFrom('audit.refused').selectAll().execute(),
        await tx.selectFrom('audit.hours').selectAll().execute(),
        await tx.selectFrom('audit.pulse').selectAll().execute(),
      ] as const,
  )
  return {
    hours: byKey(hours, (row) => [row.hour, row.agent, row.tool, row.store, row.outcome, row.step, row.code]),
    refused: byKey(refused, (row) => [row.hour, row.agent, row.tool, row.outcome, row.step, row.code]),
    storeHours: byKey(storeHours, (row) => [row.hour, row.store, row.outcome, row.code, row.bucket]),
    minutes: byKey(minutes, (row) => [row.minute, row.outcome, row.bucket]),
    ms: hundredths(hours.reduce((total, { ms }) => total + ms, 0)),
    storeMs: hundredths(storeHours.reduce((total, { ms }) => total + ms, 0)),
  }
}

function byKey<Row extends { calls: string }>(rows: readonly Row[], keyOf: (row: Row) => (Date | string | number)[]) {
  const text = (part: Date | string | number) => (part instanceof Date ? part.getTime() : part)
  return Object.fromEntries(rows.map((row) => [keyOf(row).map(text).join(' '), Number(row.calls)]))
}

const hundredths = (ms: number) => Math.round(ms * 100)

/** The same from the records themselves, without a database's arithmetic. */
async function recounted(workspaceId: string): Promise<Counts> {
  const rows = await inside(workspaceId, (tx) => tx.selectFrom('audit.records').select('header').execute())
  const counts = { hours: {}, refused: {}, storeHours: {}, minutes: {} }
  let msOfAll = 0
  for (const row of rows) {
    const one: RecordHeader = JSON.parse(row.header)
    if (one.kind === 'admin') continue
    const { at, agent = '', tool = '', store = '', outcome, count = 1, ms = 0 } = one
    const [step, code] = outcome === 'ok' ? ['', ''] : [one.step ?? '', one.code ?? one.reason ?? '']
    const hour = at - (at % HOUR_MS)
    add(counts.hours, [hour, agent, tool, store, outcome, step, code].join(' '), count)
    if (outcome !== 'ok') add(counts.refused, [hour, agent, tool, outcome, step, code].join(' '), count)
    add(counts.storeHours, [hour, store, outcome, code, bucketOf(ms)].join(' '), count)
    add(counts.minutes, [at - (at % 60_000), outcome, bucketOf(ms)].join(' '), count)
    msOfAll += ms
  }
  return { ...counts, ms: hundredths(msOfAll), storeMs: hundredths(msOfAll) }
}

/** The first bucket above whose limit it is not. */
function bucketOf(ms: number): number {
  const fits = Array.from({ length: 31 }, (_, bucket) => bucket).find((bucket) => ms <= bucketMs(bucket))
  return fits ?? 31
}

function add(counts: Record<string, number>, key: string, count: number): void {
  counts[key] = (counts[key] ?? 0) + count
}

const TABLES = ['audit.tallies', 'audit.refused', 'audit.hours', 'audit.pulse'] as const
const NOTHING = { hours: {}, refused: {}, storeHours: {}, minutes: {}, ms: 0, storeMs: 0 }

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)

describe('the tallies', () => {
  it('are those of a recount of the records, however often they are caught up', async () => {
    const workspaceId = randomUUID()
    await append(workspaceId, 0, 400)
    await tally.catchUp(workspaceId)
    const expected = await recounted(workspaceId)
    expect(await tallied(workspaceId)).toEqual(expected)
    expect(sum(expected.hours)).toBe(sum(expected.minutes))
    expect(Object.keys(expected.hours).length).toBeGreaterThan(20)
    await append(workspaceId, 400, 500)
    for (let time = 0; time < 3; time += 1) await tally.catchUp(workspaceId)
    expect(await tallied(workspaceId)).toEqual(await recounted(workspaceId))
  })

  it('count folded refusals as many times as they were', async () => {
    const workspaceId = randomUUID()
    const refusals = createRefusals({ log, clock: systemClock })
    const refusal = { step: 'authenticate', reason: 'token_expired', agent: AGENTS[0] }
    for (let time = 0; time < 7; time += 1) refusals.count(workspaceId, refusal)
    await refusals.close()
    await tally.catchUp(workspaceId)
    const { hours } = await tallied(workspaceId)
    expect(Object.entries(hours)).toEqual([[expect.stringMatching(/ refused authenticate token_expired$/), 7]])
    expect(await tallied(workspaceId)).toEqual(await recounted(workspaceId))
  })

  it('are right when two replicas count at once, while records come in', async () => {
    const workspaceId = randomUUID()
    const other = createTally({ jobs: jobs(db.morePools().jobs), clock: systemClock, onMistake })
    await fill(workspaceId, 45_000)
    const both = () => Promise.all([tally.catchUp(workspaceId), other.catchUp(workspaceId)])
    const appending = append(workspaceId, 0, 500)
    for (let time = 0; time < 8; time += 1) await both()
    await appending
    await both()
    await tally.catchUp(workspaceId)
    await other.stop()
    const counted = await tallied(workspaceId)
    expect(counted).toEqual(await recounted(workspaceId))
    expect(sum(counted.hours)).toBeGreaterThan(45_000)
  })

  it('count what was there when they were asked, even while a round of before is under way', async () => {
    const workspaceId = randomUUID()
    await append(workspaceId, 0, 1)
    await withClient(db.superuser, async (client) => {
      await client.query('begin; lock table audit.tallies in exclusive mode')
      const first = tally.catchUp(workspaceId)
      await expect.poll(waiting).toBe(1)
      await append(workspaceId, 1, 2)
      const second = tally.catchUp(workspaceId)
      await client.query('commit')
      await Promise.all([first, second])
    })
    expect(sum((await tallied(workspaceId)).hours)).toBe(2)
  })

  it('are filled again, the same, where somebody emptied the tables', async () => {
    const workspaceId = randomUUID()
    await append(workspaceId, 0, 300)
    await tally.catchUp(workspaceId)
    const before = await tallied(workspaceId)
    await inside(workspaceId, async (tx) => {
      for (const table of TABLES) await tx.deleteFrom(table).execute()
      await tx.updateTable('audit.tallied').set({ seq: '0' }).execute()
    })
    expect(await tallied(workspaceId)).toEqual(NOTHING)
    await tally.catchUp(workspaceId)
    expect(await tallied(workspaceId)).toEqual(before)
  })

  it('are of one workspace', async () => {
    const [one, another] = [randomUUID(), randomUUID()]
    await append(one, 0, 5)
    await append(another, 0, 9)
    await tally.catchUp(one)
    expect([sum((await tallied(one)).hours), sum((await tallied(another)).hours)]).toEqual([5, 0])
  })
})

describe('the round', () => {
  it('counts every workspace at the start, then those that were noted, and forgets what is too old', async () => {
    const [known, noted] = [await makeWorkspace(), await makeWorkspace()]
    await append(known, 0, 3)
    await inside(known, (tx) =>
      tx
        .insertInto('audit.tallies')
        .values({ ...OLD, workspace_id: known })
        .execute(),
    )
    const quick = createTally({ jobs: db.jobs, clock: systemClock, onMistake, everyMs: 20 })
    await expect.poll(async () => sum((await tallied(known)).hours)).toBe(3)
    await append(noted, 0, 2)
    quick.note(noted)
    await expect.poll(async () => sum((await tallied(noted)).hours)).toBe(2)
    await quick.stop()
    await append(noted, 2, 4)
    quick.note(noted)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(sum((await tallied(noted)).hours)).toBe(2)
  })
})

/** A tally that nobody looks at any more. */
const OLD = {
  ...{ hour: new Date(Date.now() - 100 * 24 * HOUR_MS), agent: '', tool: '', store: '', outcome: 'ok' },
  ...{ step: '', code: '', calls: '9', ms: 9 },
}

async function makeWorkspace(): Promise<string> {
  const workspaceId = randomUUID()
  const values = [workspaceId, `w-${workspaceId.slice(0, 8)}`, Buffer.alloc(1)]
  await asSuperuser('insert into tillgate.workspaces values ($1, $2, $2, $3)', values)
  return workspaceId
}

/** How many connections wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await asSuperuser("select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'")
  return row?.n
}

/** Records as the log would write them, but for their hashes; only so are there many in no time. */
async function fill(workspaceId: string, many: number): Promise<void> {
  await asSuperuser(
    `insert into audit.records (workspace_id, seq, at, header, body_digest, hash)
     select $1, n, to_timestamp(($2::bigint + n * 100) / 1000.0),
       format('{"agent":"%s","at":%s,"kind":"call","ms":%s,"outcome":"ok","request":"r","tool":"t","v":1}',
         $3::text, $2::bigint + n * 100, n % 50), sha256(''), sha256('')
     from generate_series(1, $4::int) n`,
    [workspaceId, T0, AGENTS[0], many],
  )
  await asSuperuser("insert into audit.heads values ($1, $2, sha256(''))", [workspaceId, many])
}
