import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  addStoreToGrant,
  createMachineAgent,
  disconnectStore,
  type MachineAgent,
  removeStoreFromGrant,
  revokeAgent,
  updateRole,
} from '#identity'
import { newToken, tokenHash } from '#kernel'
import { presets } from '#policy'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { connectStore, fillTwoWorkspaces, issueToken, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { withClient } from './bootstrap.ts'
import { enterByToken } from './doors.ts'
import { oneTrip, statement } from './one-trip.ts'

let database: TestDatabase
let two: TwoWorkspaces
let workspaceId: string
let agent: MachineAgent
let made = 0

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const enter = (hash: Buffer, resource = 'core', handle: string | null = null) =>
  enterByToken(database.pools.app, { tokenHash: hash, resource }, handle)
const refusalOf = async (hash: Buffer, resource?: string) => (await enter(hash, resource))?.entry.refusal
const handles = async (hash: Buffer, handle?: string) =>
  (await enter(hash, 'core', handle))?.stores.map((store) => store.handle)

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
  workspaceId = two.one.workspaceId
}, 60_000)

beforeEach(async () => {
  const name = `agent ${++made}`
  const newAgent = { workspaceId, name, role: 'analyst', stores: 'all', createdBy: 'test' } as const
  agent = await createMachineAgent(two.parts, newAgent)
})

afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

describe('the door of agents', () => {
  it('tells of a live token who calls, under which grant and role, and gives the stores of the grant', async () => {
    const answer = await enter(await issueToken(database, agent))
    expect(answer?.entry).toMatchObject({
      refusal: null,
      workspace_id: workspaceId,
      slug: 'one',
      grant_id: agent.grantId,
      agent_id: agent.agentId,
      agent_kind: 'machine',
      client_id: agent.clientId,
      token_scopes: 'orders:read',
      grant_scopes: presets.analyst.scopes,
      role_version: 1,
      tainted_at: null,
      exposed_at: null,
      quarantined_at: null,
    })
    expect(answer?.stores).toMatchObject([{ handle: 'shop-one', platform: 'shopify', credential_version: 1 }])
  })

  it('gives nothing for a token that nobody issued', async () => {
    expect(await enter(tokenHash(newToken('at')))).toBeUndefined()
    expect(await enter(Buffer.alloc(0))).toBeUndefined()
  })

  it('opens a resource of the own workspace, and no other resource', async () => {
    const own = await issueToken(database, agent, { resource: 'w/one' })
    expect(await refusalOf(own, 'w/one')).toBeNull()
    for (const resource of ['core', 'w/two', 'W/one', '']) expect(await refusalOf(own, resource)).toBe('wrong_resource')
    expect(await refusalOf(await issueToken(database, agent), 'w/one')).toBe('wrong_resource')
  })

  it('opens the resource of another workspace to no token, not even to one that was issued for it', async () => {
    const foreign = await issueToken(database, agent, { resource: 'w/two' })
    expect(await refusalOf(foreign, 'w/two')).toBe('wrong_resource')
  })

  it('refuses a call that names no resource', async () => {
    const nothing = statement('select refusal from sec.enter_by_token($1, null)')
    const steps = [{ statement: nothing, values: [await issueToken(database, agent)] }]
    expect(await oneTrip(database.pools.app, steps)).toEqual([[{ refusal: 'wrong_resource' }]])
  })

  it('refuses an expired token', async () => {
    expect(await refusalOf(await issueToken(database, agent, { secondsLeft: -1 }))).toBe('token_expired')
    expect(await refusalOf(await issueToken(database, agent, { secondsLeft: 0 }))).toBe('token_expired')
  })

  it('refuses an ended and an expired grant', async () => {
    const hash = await issueToken(database, agent)
    await superuser('update tillgate.grants set expires_at = now() where grant_id = $1', [agent.grantId])
    expect(await refusalOf(hash)).toBe('grant_ended')
    await superuser("update tillgate.grants set expires_at = now() + interval '1 day' where grant_id = $1", [
      agent.grantId,
    ])
    expect(await refusalOf(hash)).toBeNull()
    await superuser('update tillgate.grants set revoked_at = now() where grant_id = $1', [agent.grantId])
    expect(await refusalOf(hash)).toBe('grant_ended')
  })

  it('refuses a revoked agent although its grant lives', async () => {
    const hash = await issueToken(database, agent)
    await superuser('update tillgate.agents set revoked_at = now() where agent_id = $1', [agent.agentId])
    expect(await refusalOf(hash)).toBe('agent_revoked')
  })

  it('refuses every agent of a frozen workspace, and none of another', async () => {
    const hash = await issueToken(database, agent)
    await superuser("update tillgate.workspaces set frozen_at = now() where slug = 'one'")
    const refusals = [await refusalOf(hash), await refusalOf(two.two.tokenHash)]
    await superuser('update tillgate.workspaces set frozen_at = null')
    expect(refusals).toEqual(['workspace_frozen', null])
    expect(await refusalOf(hash)).toBeNull()
  })

  it('is shut to a revoked agent from the next call on, its tokens being gone', async () => {
    const hash = await issueToken(database, agent)
    expect(await refusalOf(hash)).toBeNull()
    await revokeAgent(two.parts, { workspaceId, agent: agent.agentId, by: 'test' })
    expect(await enter(hash)).toBeUndefined()
  })

  it('opens nothing for a refused token: neither stores nor any other row', async () => {
    const expired = await issueToken(database, agent, { secondsLeft: -1 })
    expect((await enter(expired))?.stores).toEqual([])
    const door = statement('select refusal from sec.enter_by_token($1, $2)')
    const probe = statement(
      'select sec.workspace(), sec.grant_id(), (select count(*)::int from tillgate.stores) as stores',
    )
    const [, state] = await oneTrip(database.pools.app, [
      { statement: door, values: [expired, 'core'] },
      { statement: probe, values: [] },
    ])
    expect(state).toEqual([{ workspace: null, grant_id: null, stores: 0 }])
  })

  it('opens one workspace a transaction', async () => {
    const door = statement('select refusal from sec.enter_by_token($1, $2)')
    const steps = [two.one, two.two].map((each) => ({ statement: door, values: [each.tokenHash, 'core'] }))
    await expect(oneTrip(database.pools.app, steps)).rejects.toMatchObject({ code: 'TW001' })
  })

  it('shows a change of the role to the very next call', async () => {
    const hash = await issueToken(database, agent)
    const before = (await enter(hash))?.entry
    const definition = { ...presets.analyst, scopes: ['stores:read'] }
    const { version } = await updateRole(two.parts, { workspaceId, name: 'analyst', definition })
    const after = (await enter(hash))?.entry
    await updateRole(two.parts, { workspaceId, name: 'analyst', definition: presets.analyst })
    expect(after).toMatchObject({ role_id: before?.role_id, role_version: version })
    expect(JSON.parse(after?.role_definition ?? '')).toMatchObject({ scopes: ['stores:read'] })
  })
})

describe('the stores of a grant', () => {
  it('are those that it was given, as of now', async () => {
    await connectStore(two.parts, workspaceId, `late-${made}`)
    const hash = await issueToken(database, agent)
    const grant = { workspaceId, grantId: agent.grantId }
    expect(await handles(hash)).toEqual(['shop-one'])
    await addStoreToGrant(two.parts, { ...grant, handle: `late-${made}` })
    expect(await handles(hash)).toEqual([`late-${made}`, 'shop-one'])
    await removeStoreFromGrant(two.parts, { ...grant, handle: 'shop-one' })
    expect(await handles(hash)).toEqual([`late-${made}`])
    await disconnectStore(two.parts, { workspaceId, handle: `late-${made}` })
    expect(await handles(hash)).toEqual([])
  })

  it('can be narrowed to one by its handle, and a handle opens nothing else', async () => {
    await connectStore(two.parts, workspaceId, 'not-granted')
    const hash = await issueToken(database, agent)
    expect(await handles(hash, 'shop-one')).toEqual(['shop-one'])
    for (const handle of ['not-granted', 'shop-two', 'nowhere', '', '%'])
      expect(await handles(hash, handle)).toEqual([])
  })
})

describe('the door of the authorization server', () => {
  const machine = async (clientId: string) =>
    (await database.pools.auth.query('select * from sec.machine_agent($1)', [clientId])).rows
  const change = (text: string) => superuser(`update tillgate.${text} where agent_id = $1`, [agent.agentId])

  it('knows a live machine agent by its client id', async () => {
    expect(await machine(agent.clientId)).toEqual([
      { grant_id: agent.grantId, slug: 'one', scopes: presets.analyst.scopes },
    ])
    expect(await machine('tg_client_unknown')).toEqual([])
  })

  it.each([
    ['a revoked agent', 'agents set revoked_at = now()'],
    ['an agent whose grant ended', 'grants set revoked_at = now()'],
    ['an agent whose grant expired', 'grants set expires_at = now()'],
    ["a person's client", "agents set kind = 'oauth'"],
  ])('does not know %s', async (_who, text) => {
    await change(text)
    expect(await machine(agent.clientId)).toEqual([])
  })

  it('knows one of two grants where the other ended', async () => {
    await superuser(
      `insert into tillgate.grants (workspace_id, grant_id, agent_id, role_id, scopes, created_by, revoked_at)
       select workspace_id, gen_random_uuid(), agent_id, role_id, scopes, 'test', now() from tillgate.grants where grant_id = $1`,
      [agent.grantId],
    )
    expect(await machine(agent.clientId)).toMatchObject([{ grant_id: agent.grantId }])
  })
})
