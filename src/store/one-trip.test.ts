import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { embeddedConnections, withClient } from './bootstrap.ts'
import { oneTrip, type Row, type Statement, statement } from './one-trip.ts'
import { clientConfig } from './pools.ts'

const A = '00000000-0000-4000-8000-00000000000a'
const B = '00000000-0000-4000-8000-00000000000b'

const enter = statement('select sec.enter_workspace($1)')
const notes = statement('select workspace_id, body from scratch.notes order by body')
const add = statement('insert into scratch.notes (workspace_id, body) values ($1, $2) returning body')
const divide = statement('select 1 / $1::int as quotient')
const backend = statement('select pg_backend_pid() as pid')

let database: TestDatabase
const pools: pg.Pool[] = []

const superuser = (text: string) => withClient(database.superuser, (client) => client.query(text))
const jobsConfig = () => clientConfig(embeddedConnections(database.server).jobs)

/** Connections that may enter any workspace; one unless told, so that a test sees whether it was kept. */
function newPool(more: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...jobsConfig(), max: 1, ...more })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  pools.push(pool)
  return pool
}

/** The rows of the statement, run in the workspace. */
async function within(pool: pg.Pool, workspace: unknown, query: Statement, values: unknown[] = []): Promise<Row[]> {
  const [, rows = []] = await oneTrip(pool, [
    { statement: enter, values: [workspace] },
    { statement: query, values },
  ])
  return rows
}

const bodies = async (pool: pg.Pool, workspace: string) => (await within(pool, workspace, notes)).map((row) => row.body)
const pidOf = async (pool: pg.Pool) => (await within(pool, A, backend))[0]?.pid

/** The query fails with this code, and the same connection goes on working. */
async function failsAndGoesOn(code: string, workspace: unknown, query: Statement, values: unknown[] = []) {
  const pool = newPool()
  const pid = await pidOf(pool)
  await expect(within(pool, workspace, query, values)).rejects.toMatchObject({ code })
  expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
  expect(await pidOf(pool)).toBe(pid)
}

beforeAll(async () => {
  database = await startTestDatabase()
  await superuser(`
    create schema scratch;
    create table scratch.notes (workspace_id uuid not null, body text not null check (body <> ''));
    alter table scratch.notes enable row level security;
    alter table scratch.notes force row level security;
    create policy workspace on scratch.notes using (workspace_id = (select sec.workspace()));
    grant usage on schema scratch to tillgate_jobs;
    create table scratch.plain (body text);
    grant select, insert on scratch.notes, scratch.plain to tillgate_jobs;
    insert into scratch.notes values ('${A}', 'a1'), ('${A}', 'a2'), ('${B}', 'b1')`)
}, 60_000)

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

afterAll(() => database?.stop())

describe('a trip', () => {
  it('sees the rows of its own workspace, on one connection after the other', async () => {
    const pool = newPool()
    expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
    expect(await bodies(pool, B)).toEqual(['b1'])
    expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
  })

  it('leaves no workspace behind', async () => {
    const pool = newPool()
    const pid = await pidOf(pool)
    const [rows] = await oneTrip(pool, [{ statement: notes, values: [] }])
    expect(rows).toEqual([])
    const setting = statement("select current_setting('app.workspace_id', true) as workspace, pg_backend_pid() as pid")
    expect(await oneTrip(pool, [{ statement: setting, values: [] }])).toEqual([[{ workspace: '', pid }]])
  })

  it('is one transaction: where the second step fails, the first wrote nothing', async () => {
    const pool = newPool()
    const steps = [
      { statement: enter, values: [A] },
      { statement: add, values: [A, 'never'] },
      { statement: divide, values: [0] },
    ]
    await expect(oneTrip(pool, steps)).rejects.toMatchObject({ code: '22012' })
    expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
  })

  it('gives each step its own rows', async () => {
    const texts = ['select 1 as one', 'select where false', 'select 2 as two union all select 3 order by 1']
    const steps = texts.map((text) => ({ statement: statement(text), values: [] }))
    expect(await oneTrip(newPool(), steps)).toEqual([[{ one: 1 }], [], [{ two: 2 }, { two: 3 }]])
  })

  it('has as name of a statement what its text says', () => {
    expect(statement('select 1')).toEqual(statement('select 1'))
    expect(statement('select 1').name).not.toBe(statement('select 2').name)
  })
})

describe('a failed trip rejects and its connection goes on, after', () => {
  it('a division by zero', () => failsAndGoesOn('22012', A, divide, [0]))

  it('a syntax error', () => failsAndGoesOn('42601', A, statement('selekt 1')))

  it('a workspace that is no uuid', () => failsAndGoesOn('22P02', 'no-uuid', notes))

  it('an empty workspace', () => failsAndGoesOn('22P02', '', notes))

  it('a row of another workspace', () => failsAndGoesOn('42501', A, add, [B, 'planted']))

  it('a value that the table refuses', () => failsAndGoesOn('23514', A, add, [A, '']))

  it('a change of the setting inside an expression', () =>
    failsAndGoesOn('42501', A, statement(`select set_config('app.workspace_id', '${B}', true), * from scratch.notes`)))

  it('two statements in one text', () =>
    failsAndGoesOn('42601', A, statement(`set app.workspace_id = '${B}'; select * from scratch.notes`)))

  it('COPY into a table with row security', () =>
    failsAndGoesOn('0A000', A, statement('copy scratch.notes from stdin')))
})

describe('a prepared statement', () => {
  it('that failed the first time runs the second time', async () => {
    const pool = newPool()
    await expect(within(pool, A, divide, [0])).rejects.toMatchObject({ code: '22012' })
    expect(await within(pool, A, divide, [1])).toEqual([{ quotient: 1 }])
    await expect(within(pool, A, divide, [0])).rejects.toMatchObject({ code: '22012' })
    expect(await within(pool, A, divide, [1])).toEqual([{ quotient: 1 }])
  })

  it('runs once its table was made', async () => {
    const pool = newPool()
    const late = statement('select * from scratch.late')
    const pid = await pidOf(pool)
    await expect(within(pool, A, late)).rejects.toMatchObject({ code: '42P01' })
    await superuser('create table scratch.late (n int); grant select on scratch.late to tillgate_jobs')
    expect(await within(pool, A, late)).toEqual([])
    expect(await pidOf(pool)).toBe(pid)
  })

  it('heals after the columns of its table changed', async () => {
    const pool = newPool()
    const all = statement('select * from scratch.wide')
    await superuser(`create table scratch.wide (n int); insert into scratch.wide values (1);
      grant select on scratch.wide to tillgate_jobs`)
    const pid = await pidOf(pool)
    expect(await within(pool, A, all)).toEqual([{ n: 1 }])
    await superuser('alter table scratch.wide add more text')
    await expect(within(pool, A, all)).rejects.toMatchObject({ code: '0A000' })
    expect(await within(pool, A, all)).toEqual([{ n: 1, more: null }])
    expect(await pidOf(pool)).toBe(pid)
  })

  it('heals after everything was discarded', async () => {
    const pool = newPool()
    const pid = await pidOf(pool)
    await pool.query('discard all')
    await expect(pidOf(pool)).rejects.toMatchObject({ code: '26000' })
    expect(await pidOf(pool)).toBe(pid)
  })
})

describe('a connection is dropped', () => {
  /** The trip ends as told, the next one has another connection and sees its own rows only. */
  async function dropped(trip: (pool: pg.Pool) => Promise<unknown>, more: pg.PoolConfig = {}) {
    const pool = newPool(more)
    const pid = await pidOf(pool)
    await trip(pool)
    expect(await pidOf(pool)).not.toBe(pid)
    expect(await bodies(pool, B)).toEqual(['b1'])
  }

  it('after a second workspace in one transaction, which is refused', () =>
    dropped((pool) => expect(within(pool, A, enter, [B])).rejects.toMatchObject({ code: 'TW001' })))

  it('whose setting outlived its transaction: the next trip is refused, the one after it is clean', async () => {
    const pool = newPool()
    const pid = await pidOf(pool)
    const planted = statement(`set app.workspace_id = '${B}'`)
    await oneTrip(pool, [{ statement: planted, values: [] }])
    await expect(bodies(pool, A)).rejects.toMatchObject({ code: 'TW001' })
    expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('after a BEGIN', () => dropped((pool) => within(pool, A, statement('begin'))))

  it('after a BEGIN whose transaction failed, at the latest by the next trip', () =>
    dropped(async (pool) => {
      const steps = [
        { statement: enter, values: [A] },
        { statement: statement('begin'), values: [] },
        { statement: divide, values: [0] },
      ]
      await expect(oneTrip(pool, steps)).rejects.toMatchObject({ code: '22012' })
      await expect(bodies(pool, A)).rejects.toMatchObject({ code: '25P02' })
    }))

  it('after a query that took too long', () =>
    dropped((pool) => expect(within(pool, A, statement('select pg_sleep(2)'))).rejects.toThrow('Query read timeout'), {
      query_timeout: 300,
    }))

  it('after the server ended it during a query, before anybody else gets it', () =>
    dropped(async (pool) => {
      const next = within(pool, A, statement('select pg_sleep(20)')).catch(async ({ code }) => {
        return { code, next: await bodies(pool, A) }
      })
      const end = "select pg_terminate_backend(pid) as ended from pg_stat_activity where query = 'select pg_sleep(20)'"
      await expect.poll(async () => (await superuser(end)).rowCount).toBe(1)
      expect(await next).toEqual({ code: '57P01', next: ['a1', 'a2'] })
    }))

  it('after the server ended it between two queries', () =>
    dropped(async (pool) => {
      await superuser("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tillgate_jobs'")
      await bodies(pool, A).catch(() => {})
    }))

  it('that waits for the data of a COPY', () =>
    dropped((pool) => expect(within(pool, A, statement('copy scratch.plain from stdin'))).rejects.toThrow('COPY')))

  it('after a value that cannot be sent', () =>
    dropped((pool) => expect(within(pool, A, divide, [unsendable])).rejects.toThrow('not a value')))

  it('after a row that cannot be read', () =>
    dropped(async (pool) => {
      const { getTypeParser, setTypeParser, builtins } = pg.types
      const original = getTypeParser(builtins.MONEY)
      setTypeParser(builtins.MONEY, () => {
        throw new Error('not readable')
      })
      await expect(within(pool, A, statement('select 1::money union all select 2::money'))).rejects.toThrow('readable')
      setTypeParser(builtins.MONEY, original)
    }))
})

const unsendable = {
  toPostgres() {
    throw new Error('not a value')
  },
}

describe('a text', () => {
  it('that is empty gives no rows, and the next step still has its own', async () => {
    const pool = newPool()
    const steps = [enter, statement(''), notes].map((each) => ({ statement: each, values: each === enter ? [A] : [] }))
    const [, nothing, rows = []] = await oneTrip(pool, steps)
    expect(nothing).toEqual([])
    expect(rows.map((row) => row.body)).toEqual(['a1', 'a2'])
  })

  it('that copies to the client gives no rows and stays inside the workspace', async () => {
    const pool = newPool()
    expect(await within(pool, A, statement('copy (select * from scratch.notes) to stdout'))).toEqual([])
    expect(await bodies(pool, A)).toEqual(['a1', 'a2'])
  })

  it('that commits closes the workspace for what follows', async () => {
    const pool = newPool()
    const steps = [enter, statement('commit'), notes].map((each) => ({
      statement: each,
      values: each === enter ? [A] : [],
    }))
    const [, , rows] = await oneTrip(pool, steps)
    expect(rows).toEqual([])
  })
})

describe('many trips at once', () => {
  const WORKSPACES = 200
  const CALLS = 6_000
  const workspaceOf = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`

  async function outcomeOf(pool: pg.Pool, workspace: string, failing: boolean) {
    const [query, values] = failing ? [divide, [0]] : [notes, []]
    const rows = await within(pool, workspace, query, values).catch(() => undefined)
    if (rows === undefined) return 'failed'
    return rows.length === 1 && rows[0]?.workspace_id === workspace ? 'own' : 'foreign'
  }

  it('over ten connections, every fifth failing, never see a foreign row', async () => {
    await superuser(`insert into scratch.notes
      select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, 'note ' || n from generate_series(1, ${WORKSPACES}) n`)
    const pool = newPool({ max: 10 })
    const call = (index: number) => outcomeOf(pool, workspaceOf((index % WORKSPACES) + 1), index % 5 === 0)
    const outcomes = await Promise.all(Array.from({ length: CALLS }, (_, index) => call(index)))
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length
    expect({ own: count('own'), failed: count('failed'), foreign: count('foreign') }).toEqual({
      own: CALLS * 0.8,
      failed: CALLS * 0.2,
      foreign: 0,
    })
  })
})
