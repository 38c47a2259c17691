import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes, type Route, routes } from '#console'
import { createRoleIn, inviteMember, type Workspace } from '#identity'
import { presets } from '#policy'
import { withClient } from '#store'
import { apiOf, requestApi } from '../support/api.ts'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { callTool } from '../support/rpc.ts'
import { type Seated, seated } from '../support/seated.ts'
import { request } from './guards.ts'

let test: TestGate
let here: Workspace
let there: Workspace
/** Owner of both. */
let person: Seated
/** What lies in the other workspace, by the parameter that names it. */
let things: Readonly<Record<string, string>>

beforeAll(async () => {
  test = await startTestGate()
  here = await test.workspace('here')
  there = await test.workspace('there')
  const { workspaceId } = there
  const seat = 'owner'
  person = await seated(test, [
    { workspaceId: here.workspaceId, seat },
    { workspaceId, seat },
  ])
  const other = await seated(test, [{ workspaceId, seat: 'viewer' }])
  const agent = await test.agent(there, { role: 'analyst' })
  const invited = await test.foundation.jobs.inWorkspace(workspaceId, async (tx) => {
    await createRoleIn(tx, { workspaceId, name: 'only-there', definition: presets.analyst, by: 'test' })
    return inviteMember(tx, { workspaceId, email: 'guest@example.test', seat: 'viewer', by: 'test' })
  })
  // Two calls there, none here: the number of the second is of no record here, and so is the agent.
  for (const name of ['list_stores', 'no_such_tool']) {
    await callTool(`${test.gate.url}/mcp`, await test.token(agent), { name, arguments: {} })
  }
  const ids = { account: other.accountId, invitation: invited.invitationId, role: 'only-there' }
  // What is counted from them is counted now, and not while rows are compared.
  await apiOf(test.gate.url, there.slug).get(person, 'overview')
  things = { ...ids, agent: agent.agentId, record: '2' }
}, 120_000)
afterAll(() => test.stop())

const cases = routes
  .filter(({ path }) => /:workspace.*:\w+/.test(path))
  .map((route) => [`${route.method} ${route.path}`, route] as const)

type ApiRoute = (typeof apiRoutes)[number]

const apiCases = apiRoutes
  .filter(({ path }) => /:workspace.*:\w+/.test(path))
  .map((route) => [`${route.method} ${route.path}`, route] as const)

function addressOf({ path }: Pick<Route, 'path'>, { slug }: Workspace, named = things): URL {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = name === 'workspace' ? slug : named[name]
    if (value === undefined) throw new Error(`${path}: the tests know no :${name}`)
    return value
  })
  return new URL(`/console${filled}`, test.gate.url)
}

/** Whatever the forms ask for, so that none is refused for what it lacks. */
const FIELDS = { seat: 'admin', name: 'renamed', scope: 'orders:read', confirm: 'yes' }

async function send(route: Route, workspace: Workspace) {
  const form = { csrf: await person.csrf(), ...FIELDS }
  return request(person.browser, addressOf(route, workspace), { method: route.method, form })
}

async function sendToApi({ method, path }: ApiRoute, workspace: Workspace, named = things) {
  const address = new URL(addressOf({ path }, workspace, named).pathname.replace(/^\/console/, ''), test.gate.url)
  const headers = { 'x-csrf': await apiOf(test.gate.url, workspace.slug).csrf(person) }
  return requestApi(person, address, method === 'GET' ? {} : { method, body: bodyFor(path), headers })
}

/** What the route takes, so that none is refused for what it lacks. */
function bodyFor(path: string): object {
  if (path.endsWith('/preview')) return { definition: presets.analyst }
  if (path.endsWith('/:role')) return { definition: presets.analyst, version: 1 }
  return path.endsWith('/seat') ? { seat: 'viewer' } : { version: 1 }
}

/** Every row of the workspace in every table that has a workspace, as the superuser sees it. */
function rowsOf({ workspaceId }: Workspace): Promise<string[]> {
  return withClient(test.database.superuser, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.columns
       where column_name = 'workspace_id' and table_schema in ('tillgate', 'audit', 'auth') order by 1`,
    )
    const rows: string[] = []
    for (const { name } of tables.rows) {
      const sql = `select to_jsonb(t)::text as row from ${name} t where workspace_id = $1 order by 1`
      const found = await client.query<{ row: string }>(sql, [workspaceId])
      rows.push(...found.rows.map(({ row }) => `${name} ${row}`))
    }
    return rows
  })
}

describe('who is an owner of two workspaces', () => {
  it.each(cases)('moves nothing from one to the other: %s', async (_, route) => {
    const before = await rowsOf(there)
    const { status } = await send(route, here)
    expect(status).toBe(404)
    expect(await rowsOf(there)).toEqual(before)
    expect(before.length).toBeGreaterThan(10)
  })

  it.each(cases.filter(([, route]) => route.method === 'GET'))('finds it where it lies: %s', async (_, route) => {
    expect((await send(route, there)).status).toBe(200)
  })

  it.each(apiCases)('moves nothing from one to the other by the API: %s', async (_, route) => {
    const before = await rowsOf(there)
    expect((await sendToApi(route, here)).status).toBe(404)
    expect(await rowsOf(there)).toEqual(before)
  })

  it.each(apiCases)('finds it by the API where it lies: %s', async (_, route) => {
    const { agentId } = await test.agent(there, { role: 'analyst' })
    expect([200, 400]).toContain((await sendToApi(route, there, { ...things, agent: agentId })).status)
  })

  it.each([
    ['activity', (agent: string) => `activity?agent=${agent}`],
    ['agents', (agent: string) => `agents?text=${agent}`],
  ] as const)('lists it where it lies only: %s', async (_, path) => {
    const asked = path(things.agent ?? '')
    const at = ({ slug }: Workspace) => apiOf(test.gate.url, slug).get(person, asked)
    expect((await at(there)).text).toContain(things.agent)
    expect((await at(here)).text).not.toContain(things.agent)
  })

  it('is told of the one workspace in the other only its name', async () => {
    for (const path of ['overview', 'activity', 'activity/choices', 'agents', 'self']) {
      const { text, status } = await apiOf(test.gate.url, here.slug).get(person, path)
      expect(status).toBe(200)
      for (const thing of [things.agent, there.workspaceId]) expect(text).not.toContain(thing)
    }
  })
})
