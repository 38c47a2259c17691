import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientConfig, embeddedConnections, type Login, withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../database.ts'

let database: TestDatabase

const rowsOf = async (text: string) => (await withClient(database.superuser, (client) => client.query(text))).rows
beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterAll(async () => {
  await database?.stop()
})

const NIL = "'00000000-0000-0000-0000-000000000000'"
const CLIENT_TABLES = [
  'access_tokens',
  'client_secrets',
  'clients',
  'oidc_models',
  'provider_grants',
  'refresh_replays',
]
const PEOPLE_TABLES = [
  'accounts',
  'attempts',
  'challenges',
  'links',
  'passkeys',
  'passwords',
  'recovery_codes',
  'server_keys',
  'sessions',
  'totp',
  'verifications',
]
/** Of `tillgate_auth` alone; `auth.account_marks` beside them is written by the chain. */
const AUTH_TABLES = [...CLIENT_TABLES, ...PEOPLE_TABLES].map((table) => `auth.${table}`)
/** Of the chains: only `audit.append` writes them. */
const CHAIN_TABLES = ['audit.heads', 'audit.records', 'audit.bodies']
/** Counted from the chains by background work. */
const COUNTS = ['audit.hours', 'audit.pulse', 'audit.refused', 'audit.tallies']
const TALLY_TABLES = [...COUNTS, 'audit.tallied']
const AUDIT_TABLES = [...CHAIN_TABLES, ...TALLY_TABLES]
const TILLGATE_TABLES = [
  'agents',
  'grant_stores',
  'grants',
  'invitations',
  'members',
  'role_versions',
  'roles',
  'stores',
  'workspaces',
].map((table) => `tillgate.${table}`)
const TABLES = [...AUTH_TABLES, 'auth.account_marks', ...AUDIT_TABLES, ...TILLGATE_TABLES]
/** What `tillgate_app` may insert, where a person opened the workspace; row-security.test.ts has that condition. */
const APP_INSERTS = ['agents', 'grant_stores', 'grants', 'invitations', 'members', 'role_versions', 'roles'].map(
  (table) => `tillgate.${table}`,
)
const without = (tables: string[], gone: string[]) => tables.filter((table) => !gone.includes(table))
const APPEND = "select audit.append('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')"
const OPEN = `select sec.open_workspace(${NIL}, ${NIL}, ${NIL})`
const DOORS_OF_PEOPLE = [
  "select sec.enter_by_session('x', 'one')",
  "select sec.workspaces_of_session('x')",
  "select sec.invitation('x')",
  "select sec.enter_by_invitation('x', 'x')",
  'select sec.member_marks()',
  "select sec.clear_own_marks('x')",
]

/** What no login may do, and the start check relies on. */
const NEVER = [
  OPEN,
  "select set_config('app.workspace_id', 'x', true)",
  "select pg_catalog.set_config('row_security', 'off', false)",
  "update pg_settings set setting = 'off' where name = 'row_security'",
  'set role tillgate_owner',
  'set role tillgate_enter',
  'set role tillgate_chain',
  'set role postgres',
  'set session authorization tillgate_owner',
  'create table public.planted (n int)',
  'create table tillgate.planted (n int)',
  'create table audit.planted (n int)',
  'create temporary table roles (n int)',
  'create schema planted',
  'create function tillgate.planted() returns int language sql return 1',
  'create function pg_temp.planted() returns int language sql return 1',
  'create operator pg_catalog.=== (procedure = texteq, leftarg = text, rightarg = text)',
  'create cast (text as int) with inout as implicit',
  "do $$ begin execute 'set app.workspace_id = 1'; end $$",
  'select lo_create(0)',
  'select lo_creat(-1)',
  "select lo_from_bytea(0, 'x')",
  "select lo_import('/etc/passwd')",
  "select pg_read_file('/etc/passwd')",
  "select pg_ls_dir('.')",
  "copy (select 1) to program 'true'",
  "copy (select 1) to '/tmp/planted'",
  'select * from pg_authid',
  'select * from pg_statistic',
  'alter role tillgate_app bypassrls',
  'alter role tillgate_app superuser',
  `alter role tillgate_app set app.workspace_id = ${NIL}`,
  `alter database tillgate set app.workspace_id = ${NIL}`,
  "alter system set row_security = 'off'",
  'alter table tillgate.agents disable row level security',
  'alter table tillgate.agents no force row level security',
  'drop policy workspace on tillgate.agents',
  'create policy planted on tillgate.agents using (true)',
  'drop trigger records_stay on audit.records',
  'alter table audit.records disable trigger all',
  'grant tillgate_enter to tillgate_app',
  ...TABLES.map((table) => `truncate ${table} cascade`),
  ...['audit.records', 'audit.heads'].map((table) => `update ${table} set seq = seq`),
  ...['audit.records', 'audit.heads'].map((table) => `delete from ${table}`),
  ...CHAIN_TABLES.map((table) => `insert into ${table} default values`),
]

const reads = (tables: string[]) => tables.map((table) => `select * from ${table}`)
const inserts = (tables: string[]) => tables.map((table) => `insert into ${table} default values`)
const deletes = (tables: string[]) => tables.map((table) => `delete from ${table}`)
const changes = (tables: string[]) => tables.map((table) => `update ${table} set workspace_id = workspace_id`)

const FORBIDDEN: Record<Login, string[]> = {
  app: [
    ...NEVER,
    ...reads([...AUTH_TABLES, 'auth.account_marks']),
    ...inserts(without(TABLES, APP_INSERTS)),
    ...deletes(without(TABLES, ['tillgate.grant_stores'])),
    ...changes([
      ...AUDIT_TABLES,
      ...without(TILLGATE_TABLES, ['tillgate.invitations', 'tillgate.members', 'tillgate.roles']),
    ]),
    'update auth.access_tokens set client_id = client_id',
    "update tillgate.agents set kind = 'machine'",
    'update tillgate.agents set client_id = client_id',
    'update tillgate.grants set account_id = account_id',
    'update tillgate.grants set agent_id = agent_id',
    'update tillgate.grants set last_seen_at = null',
    'update tillgate.workspaces set audit_key = audit_key',
    'update tillgate.workspaces set slug = slug',
    'update tillgate.role_versions set definition = definition',
    'select * from tillgate.stores for update',
    APPEND,
    `select sec.enter_workspace(${NIL})`,
    'select sec.list_workspaces()',
    "select sec.machine_agent('x')",
    `select sec.member_grant(${NIL})`,
  ],
  auth: [
    ...NEVER,
    ...DOORS_OF_PEOPLE,
    ...reads(['auth.account_marks', ...TILLGATE_TABLES, ...AUDIT_TABLES, 'tillgate.migrations']),
    ...inserts(TILLGATE_TABLES),
    APPEND,
    "select sec.enter_by_token('x', 'core')",
    `select sec.enter_workspace(${NIL})`,
    'select sec.list_workspaces()',
    'select sec.workspace()',
  ],
  audit: [
    ...NEVER,
    ...DOORS_OF_PEOPLE,
    `select sec.member_grant(${NIL})`,
    ...reads([...TABLES, 'tillgate.migrations']),
    ...inserts(TABLES),
    "select sec.enter_by_token('x', 'core')",
    `select sec.enter_workspace(${NIL})`,
    "select sec.machine_agent('x')",
    'select sec.workspace()',
  ],
  jobs: [
    ...NEVER,
    ...DOORS_OF_PEOPLE,
    `select sec.member_grant(${NIL})`,
    ...reads([...AUTH_TABLES, 'auth.account_marks']),
    ...inserts(AUTH_TABLES),
    ...deletes(without(TABLES, ['tillgate.grant_stores', 'audit.bodies', ...COUNTS])),
    ...changes(CHAIN_TABLES),
    APPEND,
    "select sec.enter_by_token('x', 'core')",
    "select sec.machine_agent('x')",
  ],
}

const LOGINS = ['app', 'auth', 'audit', 'jobs'] as const

describe.each(LOGINS)('tillgate_%s', (login) => {
  it.each(FORBIDDEN[login])('may not: %s', async (text) => {
    const refused = await database.pools[login].query(text).then(
      () => ({ code: 'none', message: 'it ran' }),
      ({ code, message }) => ({ code, message }),
    )
    expect(refused).toMatchObject({ code: '42501', message: expect.not.stringContaining('row-level security') })
  })
})

/** Every right of every role: object, grantee, privileges. `migrate` and the roles that make objects own them. */
const TABLE_RIGHTS = [
  ...AUTH_TABLES.map((table) => `${table} tillgate_auth DELETE,INSERT,SELECT,UPDATE`),
  'audit.bodies tillgate_app SELECT',
  'audit.bodies tillgate_chain INSERT',
  'audit.bodies tillgate_jobs DELETE,SELECT',
  'audit.heads tillgate_app SELECT',
  'audit.heads tillgate_chain INSERT,SELECT,UPDATE',
  'audit.heads tillgate_jobs SELECT',
  'audit.hours tillgate_app SELECT',
  'audit.hours tillgate_jobs DELETE,INSERT,SELECT,UPDATE',
  'audit.pulse tillgate_app SELECT',
  'audit.pulse tillgate_jobs DELETE,INSERT,SELECT,UPDATE',
  'audit.records tillgate_app SELECT',
  'audit.records tillgate_chain INSERT',
  'audit.records tillgate_jobs SELECT',
  'audit.refused tillgate_app SELECT',
  'audit.refused tillgate_jobs DELETE,INSERT,SELECT,UPDATE',
  'audit.tallied tillgate_app SELECT',
  'audit.tallied tillgate_jobs INSERT,SELECT,UPDATE',
  'audit.tallies tillgate_app SELECT',
  'audit.tallies tillgate_jobs DELETE,INSERT,SELECT,UPDATE',
  'auth.access_tokens tillgate_enter SELECT',
  'auth.account_marks tillgate_chain INSERT,SELECT,UPDATE',
  'auth.account_marks tillgate_enter SELECT',
  'auth.account_marks.exposed_at tillgate_enter UPDATE',
  'auth.account_marks.tainted_at tillgate_enter UPDATE',
  'auth.accounts.email tillgate_enter SELECT',
  'auth.accounts.id tillgate_enter SELECT',
  'auth.accounts.name tillgate_enter SELECT',
  'auth.sessions.expires_at tillgate_enter SELECT',
  'auth.sessions.id tillgate_enter SELECT',
  'auth.sessions.mfa_at tillgate_enter SELECT',
  'auth.sessions.token tillgate_enter SELECT',
  'auth.sessions.user_id tillgate_enter SELECT',
  'tillgate.agents tillgate_app INSERT,SELECT',
  'tillgate.agents tillgate_enter SELECT',
  'tillgate.agents tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.agents.agent_id tillgate_chain SELECT',
  'tillgate.agents.exposed_at tillgate_app UPDATE',
  'tillgate.agents.exposed_at tillgate_chain UPDATE',
  'tillgate.agents.name tillgate_app UPDATE',
  'tillgate.agents.quarantined_at tillgate_app UPDATE',
  'tillgate.agents.quarantined_by tillgate_app UPDATE',
  'tillgate.agents.revoked_at tillgate_app UPDATE',
  'tillgate.agents.revoked_by tillgate_app UPDATE',
  'tillgate.agents.tainted_at tillgate_app UPDATE',
  'tillgate.agents.tainted_at tillgate_chain SELECT,UPDATE',
  'tillgate.agents.workspace_id tillgate_chain SELECT',
  'tillgate.grant_stores tillgate_app DELETE,INSERT,SELECT',
  'tillgate.grant_stores tillgate_jobs DELETE,INSERT,SELECT',
  'tillgate.grants tillgate_app INSERT,SELECT',
  'tillgate.grants tillgate_enter SELECT',
  'tillgate.grants tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.grants.accepted_version tillgate_app UPDATE',
  'tillgate.grants.expires_at tillgate_app UPDATE',
  'tillgate.grants.grant_id tillgate_chain SELECT',
  'tillgate.grants.last_seen_at tillgate_chain SELECT,UPDATE',
  'tillgate.grants.revoked_at tillgate_app UPDATE',
  'tillgate.grants.revoked_by tillgate_app UPDATE',
  'tillgate.grants.role_id tillgate_app UPDATE',
  'tillgate.grants.scopes tillgate_app UPDATE',
  'tillgate.grants.workspace_id tillgate_chain SELECT',
  'tillgate.invitations tillgate_app INSERT,SELECT,UPDATE',
  'tillgate.invitations tillgate_enter SELECT',
  'tillgate.invitations tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.members tillgate_app INSERT,SELECT,UPDATE',
  'tillgate.members tillgate_enter SELECT',
  'tillgate.members tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.migrations tillgate_app SELECT',
  'tillgate.migrations tillgate_jobs SELECT',
  'tillgate.role_versions tillgate_app INSERT,SELECT',
  'tillgate.role_versions tillgate_enter SELECT',
  'tillgate.role_versions tillgate_jobs INSERT,SELECT',
  'tillgate.roles tillgate_app INSERT,SELECT,UPDATE',
  'tillgate.roles tillgate_enter SELECT',
  'tillgate.roles tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.stores tillgate_app SELECT',
  'tillgate.stores tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.workspaces tillgate_app SELECT',
  'tillgate.workspaces tillgate_enter SELECT',
  'tillgate.workspaces tillgate_jobs INSERT,SELECT,UPDATE',
  'tillgate.workspaces.frozen_at tillgate_app UPDATE',
  'tillgate.workspaces.frozen_by tillgate_app UPDATE',
  'tillgate.workspaces.name tillgate_app UPDATE',
]

const FUNCTION_RIGHTS = [
  'audit.append(uuid[],timestamp with time zone[],text[],bytea[],bytea[],uuid[],uuid[],uuid[]) of tillgate_chain: tillgate_audit',
  'audit.refuse_change() of tillgate_owner: ',
  'sec.account_id() of tillgate_enter: tillgate_app,tillgate_jobs,tillgate_owner',
  'sec.clear_own_marks(text) of tillgate_enter: tillgate_app',
  'sec.enter_by_invitation(bytea,text) of tillgate_enter: tillgate_app',
  'sec.enter_by_session(text,text) of tillgate_enter: tillgate_app',
  'sec.enter_by_token(bytea,text) of tillgate_enter: tillgate_app',
  'sec.enter_workspace(uuid) of tillgate_enter: tillgate_jobs',
  'sec.grant_id() of tillgate_enter: tillgate_app,tillgate_jobs,tillgate_owner',
  'sec.invitation(bytea) of tillgate_enter: tillgate_app',
  'sec.list_workspaces() of tillgate_enter: tillgate_jobs',
  'sec.machine_agent(text) of tillgate_enter: tillgate_auth',
  'sec.member_grant(uuid) of tillgate_enter: tillgate_auth',
  'sec.member_marks() of tillgate_enter: tillgate_app',
  'sec.open_workspace(uuid,uuid,uuid) of tillgate_enter: ',
  'sec.workspace() of tillgate_enter: tillgate_app,tillgate_jobs,tillgate_owner',
  'sec.workspaces_of_session(text) of tillgate_enter: tillgate_app',
]

const SCHEMA_RIGHTS = [
  'audit of tillgate_owner: tillgate_app USAGE,tillgate_audit USAGE,tillgate_chain USAGE,tillgate_jobs USAGE',
  'auth of tillgate_owner: tillgate_auth USAGE,tillgate_chain USAGE,tillgate_enter USAGE',
  'public of pg_database_owner: ',
  'sec of postgres: tillgate_app USAGE,tillgate_auth USAGE,tillgate_enter USAGE,tillgate_jobs USAGE,tillgate_owner USAGE',
  'tillgate of tillgate_owner: tillgate_app USAGE,tillgate_chain USAGE,tillgate_enter USAGE,tillgate_jobs USAGE',
]

describe('the rights in the catalogue', () => {
  const OURS = "n.nspname in ('sec', 'tillgate', 'auth', 'audit')"
  const GRANTEE = "case grantee when 0 then 'public' else pg_get_userbyid(grantee) end"
  const lines = async (text: string) => (await rowsOf(text)).map(({ line }) => line)

  it('on tables and columns are exactly these', async () => {
    const rights = await lines(`
      select concat_ws(' ', name, ${GRANTEE}, string_agg(privilege_type, ',' order by privilege_type)) as line
      from (
        select n.nspname || '.' || c.relname as name, c.relowner, a.* from pg_class c
        join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a where ${OURS}
        union all
        select n.nspname || '.' || c.relname || '.' || t.attname, c.relowner, a.* from pg_class c
        join pg_namespace n on n.oid = c.relnamespace join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
        where ${OURS}
      ) acl where grantee <> relowner group by name, grantee order by name collate "C", 1`)
    expect(rights.sort()).toEqual(TABLE_RIGHTS.sort())
  })

  it('on functions are exactly these, nobody but its owner opening a workspace', async () => {
    const rights = await lines(`
      select format('%s of %s: %s', p.oid::regprocedure, pg_get_userbyid(p.proowner), (
        select string_agg(${GRANTEE}, ',' order by ${GRANTEE})
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee <> p.proowner)) as line
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS} order by 1`)
    expect(rights).toEqual(FUNCTION_RIGHTS)
  })

  it('on schemas are exactly these, so that no login can make anything', async () => {
    const rights = await lines(`
      select format('%s of %s: %s', n.nspname, pg_get_userbyid(n.nspowner), (
        select string_agg(${GRANTEE} || ' ' || privilege_type, ',' order by 1, ${GRANTEE})
        from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) where grantee <> n.nspowner)) as line
      from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`)
    expect(rights).toEqual(SCHEMA_RIGHTS)
  })

  it('on the database are to connect, for the logins only', async () => {
    const rights = await lines(`
      select ${GRANTEE} || ' ' || privilege_type as line from pg_database d, aclexplode(d.datacl)
      where d.datname = current_database() and grantee <> d.datdba order by 1`)
    expect(rights).toEqual(['app', 'audit', 'auth', 'jobs', 'owner'].map((login) => `tillgate_${login} CONNECT`))
  })

  it('pass from no role to another: no membership, no power over roles or row security', async () => {
    const members = await rowsOf(
      "select from pg_auth_members where roleid::regrole::text like 'tillgate%' or member::regrole::text like 'tillgate%'",
    )
    expect(members).toEqual([])
    const roles = await lines(`
      select concat_ws(' ', rolname, case when rolcanlogin then 'login' end,
        case when rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit then 'power' end)
        as line
      from pg_roles where rolname like 'tillgate%' order by 1`)
    expect(roles).toEqual([
      'tillgate_app login',
      'tillgate_audit login',
      'tillgate_auth login',
      'tillgate_chain',
      'tillgate_enter',
      'tillgate_jobs login',
      'tillgate_owner login',
    ])
  })

  it('of a definer cannot be borrowed through the search path', async () => {
    const open = await rowsOf(`
      select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and p.prosecdef and p.proconfig is distinct from array['search_path=pg_catalog, pg_temp']`)
    expect(open).toEqual([])
  })

  it('are for nobody on a function that a migration adds and does not grant', async () => {
    await withClient(clientConfig(embeddedConnections(database.server).owner), (client) =>
      client.query('create function audit.added() returns int language sql return 1'),
    )
    const called = database.pools.app.query('select audit.added()')
    await expect(called).rejects.toMatchObject({ code: '42501' })
    await rowsOf('drop function audit.added()')
  })
})
