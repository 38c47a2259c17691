import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { embeddedConnections, withClient } from './bootstrap.ts'
import { clientConfig, LOGINS, openPools, type Pools } from './pools.ts'
import { jobs } from './workspace-transaction.ts'

let database: TestDatabase
const opened: Pools[] = []

const superuser = (text: string) => withClient(database.superuser, (client) => client.query(text))

function open(log: (error: Error) => void = () => {}): Pools {
  const pools = openPools(embeddedConnections(database.server), log)
  opened.push(pools)
  return pools
}

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterEach(async () => {
  await Promise.all(opened.splice(0).map((pools) => pools.end()))
})

afterAll(() => database?.stop())

describe('pools', () => {
  it.each(LOGINS)('of %s log in as the role of that name and no other', async (login) => {
    const { rows } = await open()[login].query('select current_user, session_user')
    expect(rows).toEqual([{ current_user: `tillgate_${login}`, session_user: `tillgate_${login}` }])
  })

  it('open no more connections than their size', async () => {
    const pools = open()
    const sizes = LOGINS.map(async (login) => {
      const asked = Array.from({ length: 15 }, () => pools[login].query('select pg_backend_pid() as pid'))
      return new Set((await Promise.all(asked)).flatMap(({ rows }) => rows.map(({ pid }) => pid))).size
    })
    expect(await Promise.all(sizes)).toEqual([10, 4, 1, 2])
  })

  it('outlive connections that the server closes, busy or idle, and tell of each', async () => {
    const lost: Error[] = []
    const pools = open((error) => lost.push(error))
    const held = await pools.app.connect()
    await pools.jobs.query('select 1')
    await superuser("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'tillgate%'")
    await expect.poll(() => lost.length).toBeGreaterThanOrEqual(2)
    held.release(true)
    expect((await pools.app.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect((await pools.jobs.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('do not log in with a wrong password', async () => {
    const connection = { ...embeddedConnections(database.server).app, password: new Secret('wrong') }
    await expect(withClient(clientConfig(connection), async () => {})).rejects.toMatchObject({ code: '28P01' })
  })

  it('take a URL as it is', () => {
    const url = new Secret('postgres://tillgate_app:pass@db.example:6432/shop?sslmode=verify-full')
    expect(clientConfig({ kind: 'url', url })).toEqual({ connectionString: url.reveal() })
  })
})

describe('transactions of background work', () => {
  const A = '00000000-0000-4000-8000-00000000000a'
  const B = '00000000-0000-4000-8000-00000000000b'

  /** One connection, so that each transaction follows another on it. */
  function oneConnection(more: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...clientConfig(embeddedConnections(database.server).jobs), max: 1, ...more })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }

  const seen = (pool: pg.Pool, workspace: string) =>
    jobs(pool).inWorkspace(workspace, async (tx) => {
      const found = await tx.selectFrom('tillgate.workspaces').select('slug').execute()
      return found.map(({ slug }) => slug)
    })

  beforeAll(async () => {
    await superuser(`insert into tillgate.workspaces (workspace_id, slug, name, audit_key)
      values ('${A}', 'aa', 'A', ''), ('${B}', 'bb', 'B', '')`)
  })

  it('see one workspace, and none is left behind', async () => {
    const pool = oneConnection()
    expect(await seen(pool, A)).toEqual(['aa'])
    expect(await seen(pool, B)).toEqual(['bb'])
    expect((await pool.query('select * from tillgate.workspaces')).rows).toEqual([])
    expect(await jobs(pool).listWorkspaces()).toEqual([
      { workspace_id: A, slug: 'aa' },
      { workspace_id: B, slug: 'bb' },
    ])
    await pool.end()
  })

  it('write nothing where the work throws, and leave no workspace behind', async () => {
    const pool = oneConnection()
    const failed = jobs(pool).inWorkspace(A, async (tx) => {
      await tx.updateTable('tillgate.workspaces').set({ name: 'changed' }).execute()
      throw new Error('on second thoughts')
    })
    await expect(failed).rejects.toThrow('on second thoughts')
    expect((await superuser("select name from tillgate.workspaces where slug = 'aa'")).rows).toEqual([{ name: 'A' }])
    expect(await seen(pool, B)).toEqual(['bb'])
    await pool.end()
  })

  it('never show the workspace of a query that took too long to the next one', async () => {
    const pool = oneConnection({ query_timeout: 200 })
    const slow = jobs(pool).inWorkspace(A, (tx) =>
      tx.selectFrom('tillgate.workspaces').select(sql`pg_sleep(1)`.as('slept')).execute(),
    )
    await expect(slow).rejects.toThrow('timeout')
    const next = await Promise.allSettled([seen(pool, B), seen(pool, B), seen(pool, B)])
    for (const each of next) if (each.status === 'fulfilled') expect(each.value).toEqual(['bb'])
    await expect.poll(() => seen(pool, B).catch(() => []), { timeout: 5_000 }).toEqual(['bb'])
    await pool.end()
  })
})
