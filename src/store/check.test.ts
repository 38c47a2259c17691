import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { withClient } from './bootstrap.ts'
import { checkDatabase } from './check.ts'

let database: TestDatabase

const asSuperuser = (text: string) => withClient(database.superuser, (client) => client.query(text))

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterAll(() => database?.stop())

/** What the check says while the change is there. */
async function problemsAfter(change: string, undo: string): Promise<string[]> {
  await asSuperuser(change)
  try {
    return (await checkDatabase(database.pools.app)).problems
  } finally {
    await asSuperuser(undo)
  }
}

const POLICIES = `create policy workspace on tillgate.stores to tillgate_jobs
  using (workspace_id = (select sec.workspace())) with check (workspace_id = (select sec.workspace()));
  create policy reads on tillgate.stores for select to tillgate_app using (workspace_id = (select sec.workspace()))`

type Planted = { what: string; change: string; undo: string; says: string }

const PLANTED: Planted[] = [
  {
    what: 'a superuser login',
    change: 'alter role tillgate_app superuser',
    undo: 'alter role tillgate_app nosuperuser',
    says: 'the login of DATABASE_URL is a superuser or bypasses row security; use tillgate_app',
  },
  {
    what: 'a login that bypasses row security',
    change: 'alter role tillgate_app bypassrls',
    undo: 'alter role tillgate_app nobypassrls',
    says: 'the login of DATABASE_URL is a superuser or bypasses row security; use tillgate_app',
  },
  {
    what: 'a login that may create roles',
    change: 'alter role tillgate_app createrole',
    undo: 'alter role tillgate_app nocreaterole',
    says: 'the login of DATABASE_URL may create roles or replicate; use tillgate_app',
  },
  {
    what: 'a login that may replicate',
    change: 'alter role tillgate_app replication',
    undo: 'alter role tillgate_app noreplication',
    says: 'the login of DATABASE_URL may create roles or replicate; use tillgate_app',
  },
  {
    what: 'a login that can become the owner',
    change: 'grant tillgate_owner to tillgate_app',
    undo: 'revoke tillgate_owner from tillgate_app',
    says: 'the login of DATABASE_URL is a member of tillgate_owner; use tillgate_app',
  },
  {
    what: 'a table of the login',
    change: 'alter table tillgate.roles owner to tillgate_app',
    undo: 'alter table tillgate.roles owner to tillgate_owner',
    says: 'the login of DATABASE_URL owns tillgate.roles; use tillgate_app',
  },
  {
    what: 'a table whose policies are gone',
    change: 'drop policy workspace on tillgate.stores; drop policy reads on tillgate.stores',
    undo: POLICIES,
    says: 'tillgate.stores has no forced row security or no policy',
  },
  {
    what: 'a table whose row security is off',
    change: 'alter table tillgate.stores disable row level security',
    undo: 'alter table tillgate.stores enable row level security',
    says: 'tillgate.stores has no forced row security or no policy',
  },
  {
    what: 'a table whose row security is not forced',
    change: 'alter table audit.records no force row level security',
    undo: 'alter table audit.records force row level security',
    says: 'audit.records has no forced row security or no policy',
  },
  {
    what: 'a new table of tenants without row security',
    change: 'create table auth.planted (workspace_id uuid)',
    undo: 'drop table auth.planted',
    says: 'auth.planted has no forced row security or no policy',
  },
  {
    what: 'a copy of a table that no row security can protect',
    change: 'create materialized view tillgate.planted as select * from tillgate.stores',
    undo: 'drop materialized view tillgate.planted',
    says: 'tillgate.planted has no forced row security or no policy',
  },
  {
    what: 'a policy for everybody',
    change: 'create policy planted on tillgate.stores using (true)',
    undo: 'drop policy planted on tillgate.stores',
    says: 'tillgate.stores has a policy that Tillgate did not make (planted)',
  },
  {
    what: 'a policy for the login',
    change: 'create policy planted on tillgate.stores for select to tillgate_app using (true)',
    undo: 'drop policy planted on tillgate.stores',
    says: 'tillgate.stores has a policy that Tillgate did not make (planted)',
  },
  {
    what: 'a member of the door',
    change: 'grant tillgate_enter to tillgate_jobs',
    undo: 'revoke tillgate_enter from tillgate_jobs',
    says: 'tillgate_enter has members',
  },
  {
    what: 'a member of the chain',
    change: 'grant tillgate_chain to tillgate_audit',
    undo: 'revoke tillgate_chain from tillgate_audit',
    says: 'tillgate_chain has members',
  },
  {
    what: 'a missing migration',
    change: 'create table kept as select * from tillgate.migrations; delete from tillgate.migrations',
    undo: 'insert into tillgate.migrations select * from kept; drop table kept',
    says: 'the schema is older than this Tillgate (0001_backbone.sql, 0002_people.sql, 0003_console.sql); run: tillgate migrate',
  },
  {
    what: 'a database without a schema',
    change: 'alter table tillgate.migrations rename to elsewhere',
    undo: 'alter table tillgate.elsewhere rename to migrations',
    says: 'the database has no schema yet; run: tillgate migrate',
  },
]

describe('the check before the start', () => {
  it('finds nothing in a database as Tillgate makes it', async () => {
    expect(await checkDatabase(database.pools.app)).toEqual({ problems: [], setConfigOpen: false })
  })

  it.each(PLANTED)('finds $what', async ({ change, undo, says }) => {
    const found = await problemsAfter(change, undo)
    expect(found).toEqual([says])
    expect((await checkDatabase(database.pools.app)).problems).toEqual([])
  })

  it('tells where set_config could not be taken from the login', async () => {
    await asSuperuser('grant execute on function pg_catalog.set_config(text, text, boolean) to tillgate_app')
    expect(await checkDatabase(database.pools.app)).toEqual({ problems: [], setConfigOpen: true })
    await asSuperuser('revoke execute on function pg_catalog.set_config(text, text, boolean) from tillgate_app')
  })
})
