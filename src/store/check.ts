import type pg from 'pg'
import { migrations } from './migrate.ts'

/** What would open a way past row security, as sentences. */
const PROBLEMS = `
with app as (select * from pg_roles where rolname = current_user),
tenant as (
  select c.oid, n.nspname, c.relname, c.relrowsecurity and c.relforcerowsecurity as forced
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
  where c.relkind in ('r', 'p', 'm') and n.nspname in ('tillgate', 'auth', 'audit'))
select 'the login of DATABASE_URL is a superuser or bypasses row security; use tillgate_app' as problem
  from app where rolsuper or rolbypassrls
union all
select 'the login of DATABASE_URL may create roles or replicate; use tillgate_app'
  from app where not rolsuper and (rolcreaterole or rolreplication)
union all
select format('the login of DATABASE_URL is a member of %s; use tillgate_app', r.rolname)
  from app join pg_auth_members m on m.member = app.oid join pg_roles r on r.oid = m.roleid
union all
select format('the login of DATABASE_URL owns %s.%s; use tillgate_app', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join app on app.oid = c.relowner
  where c.relkind in ('r', 'p', 'v', 'm')
union all
select format('%s.%s has no forced row security or no policy', nspname, relname)
  from tenant where not forced or not exists (select from pg_policy p where p.polrelid = tenant.oid)
union all
select format('%s.%s has a policy that Tillgate did not make (%s)', nspname, relname, p.polname)
  from tenant join pg_policy p on p.polrelid = tenant.oid cross join app
  where p.polpermissive and p.polname not in ('reads', 'person') and p.polroles && array[0::oid, app.oid]
union all
select format('%s has members', r.rolname)
  from pg_auth_members m join pg_roles r on r.oid = m.roleid where r.rolname in ('tillgate_enter', 'tillgate_chain')
order by 1`

const WEAKER =
  "select has_function_privilege(current_user, 'pg_catalog.set_config(text, text, boolean)', 'execute') as weaker"

/** What the start must know of the database behind the login `tillgate_app`. */
export type DatabaseCheck = {
  /** Sentences; with any of them the server refuses to start. */
  readonly problems: string[]
  /** True where an administrator could not revoke set_config: an injected expression could then switch the workspace. */
  readonly setConfigOpen: boolean
}

/** Checks the roles, row security and the schema version, as `tillgate_app`. */
export async function checkDatabase(app: pg.Pool): Promise<DatabaseCheck> {
  const problems = await app.query<{ problem: string }>(PROBLEMS)
  const weaker = await app.query<{ weaker: boolean }>(WEAKER)
  return {
    problems: [...problems.rows.map((row) => row.problem), ...(await schemaProblems(app))],
    setConfigOpen: weaker.rows[0]?.weaker ?? true,
  }
}

async function schemaProblems(app: pg.Pool): Promise<string[]> {
  const exists = await app.query<{ found: boolean }>("select to_regclass('tillgate.migrations') is not null as found")
  if (!exists.rows[0]?.found) return ['the database has no schema yet; run: tillgate migrate']
  const ran = await app.query<{ version: number }>('select version from tillgate.migrations')
  const known = new Set(ran.rows.map((row) => row.version))
  const missing = migrations().filter((migration) => !known.has(migration.version))
  if (missing.length === 0) return []
  return [
    `the schema is older than this Tillgate (${missing.map(({ name }) => name).join(', ')}); run: tillgate migrate`,
  ]
}
