import { type KyselyPlugin, OperationNodeTransformer, type SelectQueryNode, sql, type UpdateQueryNode } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAgents, listStores, roleByName, workspaceBySlug } from '#identity'
import { HOT_PATH_SQL, type Jobs, withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../database.ts'
import { type FilledWorkspace, fillTwoWorkspaces, type TwoWorkspaces } from './two-workspaces.ts'

const TENANT_TABLES = [
  'audit.bodies',
  'audit.heads',
  'audit.hours',
  'audit.pulse',
  'audit.records',
  'audit.refused',
  'audit.tallied',
  'audit.tallies',
  'tillgate.agents',
  'tillgate.grant_stores',
  'tillgate.grants',
  'tillgate.invitations',
  'tillgate.members',
  'tillgate.role_versions',
  'tillgate.roles',
  'tillgate.stores',
  'tillgate.workspaces',
]

/** What requests of a person may write; agents' requests write nothing. */
const WRITTEN_BY_PEOPLE = [
  'tillgate.agents',
  'tillgate.grant_stores',
  'tillgate.grants',
  'tillgate.invitations',
  'tillgate.members',
  'tillgate.role_versions',
  'tillgate.roles',
  'tillgate.workspaces',
]

/** Every policy there may be: table, name, command, roles, what is seen, what may be written. */
const OWN = '(workspace_id = ( SELECT sec.workspace() AS workspace))'
const BY_PERSON = `(${OWN} AND (( SELECT sec.account_id() AS account_id) IS NOT NULL))`
const POLICIES = [
  ...TENANT_TABLES.map((table) => `${table} workspace ALL tillgate_jobs ${OWN} ${OWN}`),
  ...TENANT_TABLES.map((table) => `${table} reads SELECT tillgate_app ${OWN} -`),
  ...WRITTEN_BY_PEOPLE.map((table) => `${table} person ALL tillgate_app ${BY_PERSON} ${BY_PERSON}`),
  'tillgate.invitations door SELECT tillgate_enter true -',
  'tillgate.members door SELECT tillgate_enter true -',
  'tillgate.role_versions door SELECT tillgate_enter true -',
  'tillgate.grants chain SELECT tillgate_chain true -',
  'tillgate.grants chain_marks UPDATE tillgate_chain true true',
  'tillgate.agents door SELECT tillgate_enter true -',
  'tillgate.grants door SELECT tillgate_enter true -',
  'tillgate.roles door SELECT tillgate_enter true -',
  'tillgate.workspaces door SELECT tillgate_enter true -',
  'tillgate.agents chain SELECT tillgate_chain true -',
  'tillgate.agents chain_marks UPDATE tillgate_chain true true',
  'audit.heads chain ALL tillgate_chain true true',
  'audit.records chain_adds INSERT tillgate_chain - true',
  'audit.bodies chain_adds INSERT tillgate_chain - true',
]

let database: TestDatabase
let two: TwoWorkspaces

const rowsOf = async (text: string) => (await withClient(database.superuser, (client) => client.query(text))).rows

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)

afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

type Login = 'app' | 'jobs'

/** Runs the work on one connection inside the workspace, or inside none, and undoes it. */
async function inside<T>(
  login: Login,
  workspace: FilledWorkspace | undefined,
  work: (client: pg.PoolClient) => Promise<T>,
) {
  const client = await database.pools[login].connect()
  try {
    await client.query('begin')
    if (workspace && login === 'app') {
      await client.query("select from sec.enter_by_token($1, 'core')", [workspace.tokenHash])
    } else if (workspace) {
      await client.query('select sec.enter_workspace($1)', [workspace.workspaceId])
    }
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The workspaces whose rows `select *` of the table shows. */
function workspacesIn(login: Login, workspace: FilledWorkspace | undefined, table: string): Promise<string[]> {
  return inside(login, workspace, async (client) => {
    const found = await client.query<{ workspace_id: string }>(`select * from ${table}`)
    return [...new Set(found.rows.map((row) => row.workspace_id))]
  })
}

describe('the catalogue', () => {
  it('has no table of tenants but those that this test fills and reads', async () => {
    const found = await rowsOf(`
      select n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
      where n.nspname in ('tillgate', 'auth', 'audit') and c.relkind not in ('i', 'I') order by 1`)
    expect(found.map(({ name }) => name)).toEqual(TENANT_TABLES)
  })

  it('has row security enabled and forced on each of them', async () => {
    const open = await rowsOf(`
      select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
      where n.nspname in ('tillgate', 'auth', 'audit') and c.relkind not in ('i', 'I')
        and not (c.relrowsecurity and c.relforcerowsecurity)`)
    expect(open).toEqual([])
  })

  it('has exactly the policies of this list', async () => {
    const found = await rowsOf(`
      select concat_ws(' ', schemaname || '.' || tablename, policyname, cmd, array_to_string(roles, ','),
        coalesce(qual, '-'), coalesce(with_check, '-')) || case permissive when 'PERMISSIVE' then '' else ' (restrictive)' end
        as policy
      from pg_policies`)
    expect(found.map(({ policy }) => policy).sort()).toEqual(POLICIES.sort())
  })

  it('has no view, no table without an owner of ours and no other schema with tables', async () => {
    const others = await rowsOf(`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relkind not in ('i', 'I')
        and (c.relkind <> 'r' or n.nspname not in ('tillgate', 'auth', 'audit')
          or pg_get_userbyid(c.relowner) <> 'tillgate_owner')`)
    expect(others).toEqual([])
  })
})

describe.each(TENANT_TABLES)('%s', (table) => {
  it('has rows of both workspaces', async () => {
    const found = await rowsOf(`select distinct workspace_id from ${table}`)
    const ids = found.map((row) => row.workspace_id)
    expect(ids).toEqual(expect.arrayContaining([two.one.workspaceId, two.two.workspaceId]))
  })

  it.each<Login>(['app', 'jobs'])('shows tillgate_%s nothing outside and one workspace inside', async (login) => {
    expect(await workspacesIn(login, undefined, table)).toEqual([])
    expect(await workspacesIn(login, two.one, table)).toEqual([two.one.workspaceId])
    expect(await workspacesIn(login, two.two, table)).toEqual([two.two.workspaceId])
  })

  it('shows its owner nothing', async () => {
    await withClient(database.superuser, async (client) => {
      await client.query('set role tillgate_owner')
      expect((await client.query(`select * from ${table}`)).rows).toEqual([])
      await client.query(`set app.workspace_id = '${two.one.workspaceId}'`)
      expect((await client.query(`select * from ${table}`)).rows).toEqual([])
    })
  })
})

class WithoutWhere extends OperationNodeTransformer {
  protected override transformSelectQuery(node: SelectQueryNode): SelectQueryNode {
    const { where: _, ...rest } = super.transformSelectQuery(node)
    return rest
  }

  protected override transformUpdateQuery(node: UpdateQueryNode): UpdateQueryNode {
    const { where: _, ...rest } = super.transformUpdateQuery(node)
    return rest
  }
}

describe('queries whose WHERE was forgotten', () => {
  const seen: string[] = []
  const dropWhere: KyselyPlugin = {
    transformQuery: ({ node }) => new WithoutWhere().transformNode(node),
    transformResult: async ({ result }) => result,
  }
  /** As the real one, but every query loses its WHERE. */
  const careless = (): Jobs => ({
    listWorkspaces: database.jobs.listWorkspaces,
    inWorkspace: (id, work) =>
      database.jobs.inWorkspace(id, (tx) => {
        seen.push(
          tx.withPlugin(dropWhere).selectFrom('tillgate.roles').selectAll().where('name', '=', '').compile().sql,
        )
        return work(tx.withPlugin(dropWhere))
      }),
  })

  it('really lose it', async () => {
    const found = await careless().inWorkspace(two.one.workspaceId, (tx) =>
      tx.selectFrom('tillgate.stores').select('handle').where('handle', '=', 'nowhere').execute(),
    )
    expect(found).toEqual([{ handle: 'shop-one' }])
    expect(seen.at(-1)).not.toContain('where')
  })

  it('still read one workspace', async () => {
    const world = { jobs: careless() }
    for (const each of [two.one, two.two]) {
      const { workspaceId, slug, agent } = each
      expect((await listStores(world, workspaceId)).map(({ handle }) => handle)).toEqual([`shop-${slug}`])
      const agents = await world.jobs.inWorkspace(workspaceId, (tx) => listAgents(tx))
      expect(agents).toMatchObject([{ agentId: agent.agentId, name: `agent ${slug}`, stores: [`shop-${slug}`] }])
      expect(await workspaceBySlug(world, slug)).toEqual({ workspaceId, slug, name: slug })
      const role = await roleByName(world, { workspaceId, name: 'nobody' })
      const own = await rowsOf(`select role_id from tillgate.roles where workspace_id = '${workspaceId}'`)
      expect(own.map(({ role_id }) => role_id)).toContain(role?.roleId)
    }
  })

  it('still read one workspace of the audit log', async () => {
    for (const { workspaceId } of [two.one, two.two]) {
      const records = await careless().inWorkspace(workspaceId, (tx) =>
        tx.selectFrom('audit.records').select('workspace_id').where('seq', '<', '0').execute(),
      )
      expect(records).toEqual([{ workspace_id: workspaceId }, { workspace_id: workspaceId }])
    }
  })

  it('still give the stores of one workspace on the hot path', async () => {
    const careless = HOT_PATH_SQL.storesOfGrant.replace(/where[\s\S]*?order by/, 'where $1::text is null order by')
    expect(careless).not.toContain('grant_id()')
    for (const each of [two.one, two.two]) {
      const found = await inside('app', each, (client) => client.query(careless, [null]))
      expect(found.rows.map(({ handle }) => handle)).toEqual([`shop-${each.slug}`])
    }
  })

  it('still change one workspace', async () => {
    await careless().inWorkspace(two.one.workspaceId, (tx) =>
      tx.updateTable('tillgate.agents').set({ purpose: 'changed' }).where('name', '=', 'nobody').execute(),
    )
    const purposes = await rowsOf('select name, purpose from tillgate.agents order by name')
    expect(purposes).toEqual([
      { name: 'agent one', purpose: 'changed' },
      { name: 'agent two', purpose: '' },
    ])
  })
})

describe('statements from inside one workspace', () => {
  const foreignRows = (other: string): Record<string, string> => ({
    'tillgate.workspaces': `insert into tillgate.workspaces values ('${other}', 'third', 'third', '')`,
    'tillgate.roles': `insert into tillgate.roles values ('${other}', gen_random_uuid(), 'planted', 1, '{}')`,
    'tillgate.agents': `insert into tillgate.agents (workspace_id, agent_id, kind, name, client_id, created_by)
      values ('${other}', gen_random_uuid(), 'machine', 'planted', 'planted', 'eve')`,
    'tillgate.stores': `insert into tillgate.stores
      (workspace_id, store_id, handle, platform, name, mode, currency, origin, credential)
      values ('${other}', gen_random_uuid(), 'planted', 'shopify', 'planted', 'test', 'EUR', 'http://127.0.0.1', '')`,
    'tillgate.grants': `insert into tillgate.grants (workspace_id, grant_id, agent_id, role_id, scopes, created_by)
      values ('${other}', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{}', 'eve')`,
    'tillgate.grant_stores': `insert into tillgate.grant_stores values ('${other}', gen_random_uuid(), gen_random_uuid())`,
    'audit.tallied': `insert into audit.tallied values ('${other}', 7)`,
    'audit.tallies': `insert into audit.tallies values ('${other}', now(), '', '', '', 'ok', '', '', 7, 7)`,
    'audit.refused': `insert into audit.refused values ('${other}', now(), '', '', 'refused', '', '', 7)`,
    'audit.hours': `insert into audit.hours values ('${other}', now(), '', 'ok', '', 7, 7, 7)`,
    'audit.pulse': `insert into audit.pulse values ('${other}', now(), 'ok', 7, 7)`,
  })

  it.each(Object.keys(foreignRows('')))('put no row of another into %s', async (table) => {
    const insert = foreignRows(two.two.workspaceId)[table] ?? ''
    const planted = inside('jobs', two.one, (client) => client.query(insert))
    await expect(planted).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('row-level security'),
    })
  })

  it.each(Object.keys(foreignRows('')).filter((table) => table !== 'tillgate.grant_stores'))(
    'neither change rows of another in %s nor give away own ones',
    async (table) => {
      const { workspaceId } = two.two
      const touched = await inside('jobs', two.one, (client) =>
        client.query(`update ${table} set workspace_id = workspace_id where workspace_id = $1`, [workspaceId]),
      )
      expect(touched.rowCount).toBe(0)
      const given = inside('jobs', two.one, (client) =>
        client.query(`update ${table} set workspace_id = $1`, [workspaceId]),
      )
      await expect(given).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('row-level security'),
      })
    },
  )

  it.each(['tillgate.grant_stores', 'audit.bodies', 'audit.tallies', 'audit.refused', 'audit.hours', 'audit.pulse'])(
    'delete nothing of another in %s',
    async (table) => {
      const deleted = await inside('jobs', two.one, (client) =>
        client.query(`delete from ${table} where workspace_id = $1`, [two.two.workspaceId]),
      )
      expect(deleted.rowCount).toBe(0)
    },
  )

  it('take no mark away where an agent opened it, and only there where a person did', async () => {
    const clear =
      'update tillgate.agents set tainted_at = null, exposed_at = null, quarantined_at = null returning name'
    const byAgent = await inside('app', two.one, (client) => client.query(clear))
    expect(byAgent.rows).toEqual([])
    const byPerson = await inside('app', undefined, async (client) => {
      await client.query('select from sec.enter_by_session($1, $2)', [two.one.sessionHash, 'one'])
      return client.query(clear)
    })
    expect(byPerson.rows).toEqual([{ name: 'agent one' }])
  })

  it('tell the marks of its members alone', async () => {
    const { accountId, sessionHash } = two.one
    await rowsOf(
      'insert into auth.account_marks (account_id, tainted_at) select account_id, now() from tillgate.members',
    )
    const marks = await inside('app', undefined, async (client) => {
      const all = 'select account_id from sec.member_marks()'
      expect((await client.query(all)).rows).toEqual([])
      await client.query('select from sec.enter_by_session($1, $2)', [sessionHash, 'one'])
      return client.query(all)
    })
    expect(marks.rows).toEqual([{ account_id: accountId }])
  })

  it('cannot tie a grant to the store of another', async () => {
    const [store] = await rowsOf(`select store_id from tillgate.stores where handle = 'shop-two'`)
    const tied = database.jobs.inWorkspace(two.one.workspaceId, (tx) =>
      sql`insert into tillgate.grant_stores values
        (${two.one.workspaceId}, ${two.one.agent.grantId}, ${store.store_id})`.execute(tx),
    )
    await expect(tied).rejects.toMatchObject({ code: '23503' })
  })
})
