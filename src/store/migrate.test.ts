import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { embeddedConnections, withClient } from './bootstrap.ts'
import { type Migration, migrate, migrations, rolesSql } from './migrate.ts'
import { clientConfig } from './pools.ts'

let database: TestDatabase

const as = <T>(login: 'owner' | 'app', work: (client: pg.Client) => Promise<T>) =>
  withClient(clientConfig(embeddedConnections(database.server)[login]), work)
const asOwner = <T>(work: (client: pg.Client) => Promise<T>) => as('owner', work)
const rowsOf = async (text: string) => (await withClient(database.superuser, (client) => client.query(text))).rows

/** Migrations after those that ship. */
const added = (name: string, sql: string, version = 9001): Migration => ({
  version,
  name,
  sql,
  digest: `digest of ${sql}`,
})
const run = (...more: Migration[]) => asOwner((owner) => migrate(owner, [...migrations(), ...more]))

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

beforeEach(async () => {
  await rowsOf(`drop table if exists tillgate.counted; delete from tillgate.migrations where version > 9000`)
})

afterAll(() => database?.stop())

describe('migrations', () => {
  it('ship numbered without a gap and without a transaction of their own', () => {
    expect(migrations().map(({ version }) => version)).toEqual(migrations().map((_, index) => index + 1))
    for (const { sql } of migrations()) expect(sql).not.toMatch(/^\s*(begin|commit|rollback)\s*;/im)
  })

  it('that ran do not run again', async () => {
    expect(await asOwner((owner) => migrate(owner))).toEqual([])
    const counted = added('9001_counted.sql', 'create table tillgate.counted (n int)')
    expect(await run(counted)).toEqual(['9001_counted.sql'])
    expect(await run(counted)).toEqual([])
  })

  it('run once although several replicas start at once', async () => {
    const slow = added('9001_counted.sql', 'create table tillgate.counted (n int); select pg_sleep(0.2)')
    const next = added('9002_one.sql', 'insert into tillgate.counted values (1)', 9002)
    const ran = await Promise.all(Array.from({ length: 5 }, () => run(slow, next)))
    expect(ran.flat()).toEqual(['9001_counted.sql', '9002_one.sql'])
    expect(await rowsOf('select * from tillgate.counted')).toEqual([{ n: 1 }])
    const versions = await rowsOf('select version from tillgate.migrations where version > 9000 order by 1')
    expect(versions).toEqual([{ version: 9001 }, { version: 9002 }])
  })

  it('are refused when they were edited after they ran, and then none runs', async () => {
    await run(added('9001_counted.sql', 'create table tillgate.counted (n int)'))
    const edited = added('9001_counted.sql', 'create table tillgate.counted (n bigint)')
    const next = added('9002_one.sql', 'insert into tillgate.counted values (1)', 9002)
    await expect(run(edited, next)).rejects.toThrow('migration 9001_counted.sql was changed after it ran')
    expect(await rowsOf('select * from tillgate.counted')).toEqual([])
  })

  it('that fail leave nothing, keep those before them and give the lock back', async () => {
    const good = added('9001_counted.sql', 'create table tillgate.counted (n int)')
    const bad = added('9002_bad.sql', 'insert into tillgate.counted values (1); select 1 / 0', 9002)
    await asOwner(async (owner) => {
      await expect(migrate(owner, [...migrations(), good, bad])).rejects.toMatchObject({ code: '22012' })
      expect(await rowsOf('select * from tillgate.counted')).toEqual([])
      expect(await rowsOf('select name from tillgate.migrations where version > 9000')).toEqual([{ name: good.name }])
      const mended = added('9002_bad.sql', 'insert into tillgate.counted values (2)', 9002)
      expect(await run(good, mended)).toEqual(['9002_bad.sql'])
    })
    expect(await rowsOf('select * from tillgate.counted')).toEqual([{ n: 2 }])
  })

  it('whose number cannot be kept leave nothing either', async () => {
    const good = added('9001_counted.sql', 'create table tillgate.counted (n int)')
    const twin = added('9001_twin.sql', 'insert into tillgate.counted values (1)')
    await expect(run(good, twin)).rejects.toMatchObject({ code: '23505' })
    expect(await rowsOf('select * from tillgate.counted')).toEqual([])
  })

  it('are for the owner only', async () => {
    await expect(as('app', (client) => migrate(client))).rejects.toMatchObject({ code: '42501' })
  })
})

describe('the SQL of the administrator', () => {
  const catalogue = () =>
    rowsOf(`
      select p.oid::regprocedure::text as name, p.proacl::text as rights, pg_get_userbyid(p.proowner) as owner, p.prosrc
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('sec', 'audit') order by 1`)

  it('may be run again and changes nothing', async () => {
    const before = await catalogue()
    await withClient(database.superuser, (client) => client.query(rolesSql()))
    expect(await catalogue()).toEqual(before)
    expect(await asOwner((owner) => migrate(owner))).toEqual([])
  })

  it('takes back what was granted meanwhile', async () => {
    await rowsOf(`
      grant execute on function sec.open_workspace(uuid, uuid, uuid) to public;
      grant execute on function pg_catalog.set_config(text, text, boolean) to public;
      grant create on schema public to public; grant temporary on database tillgate to public`)
    await withClient(database.superuser, (client) => client.query(rolesSql()))
    const rights = await rowsOf(`
      select has_function_privilege('tillgate_app', 'sec.open_workspace(uuid, uuid, uuid)', 'execute') as open_workspace,
        has_function_privilege('tillgate_app', 'pg_catalog.set_config(text, text, boolean)', 'execute') as set_config,
        has_schema_privilege('tillgate_app', 'public', 'create') as public_schema,
        has_database_privilege('tillgate_app', 'tillgate', 'temporary') as temporary_tables`)
    expect(rights).toEqual([
      { open_workspace: false, set_config: false, public_schema: false, temporary_tables: false },
    ])
  })

  it('is one transaction, so that no door is open before its rights are set, whatever program runs it', () => {
    const statements = rolesSql()
      .replaceAll(/^--.*\n/gm, '')
      .trim()
    expect(statements).toMatch(/^begin;/)
    expect(statements).toMatch(/\ncommit;$/)
    expect(statements.match(/^(begin|commit|rollback);/gm)).toEqual(['begin;', 'commit;'])
  })
})
