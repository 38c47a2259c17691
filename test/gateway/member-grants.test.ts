import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addStore, changeRole, createRoleIn, readRole, roleOf, type Workspace } from '#identity'
import { Secret, tokenHash } from '#kernel'
import type { RoleDefinition, Seat } from '#policy'
import type { Gate } from '#server'
import { enterByToken } from '#store'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { type MemberGrant, memberGrant } from '../support/member-grant.ts'
import { startReplica } from '../support/replica.ts'
import { callTool, listTools } from '../support/rpc.ts'

let test: TestGate
let replica: Gate
let workspace: Workspace

beforeAll(async () => {
  test = await startTestGate()
  replica = await startReplica(test)
  workspace = await test.workspace('alpha')
}, 60_000)
afterAll(async () => {
  await replica?.stop()
  await test?.stop()
})

let roles = 0
const PLAIN: RoleDefinition = {
  scopes: ['stores:read', 'catalog:read', 'orders:read'],
  personal: 'mask',
  strangers_text: 'mark',
  limits: { per_second: 100, burst: 100, concurrency: 16 },
  stores: 'all',
}

const inWorkspace: TestGate['database']['jobs']['inWorkspace'] = (id, work) => test.database.jobs.inWorkspace(id, work)

async function newRole(change: Partial<RoleDefinition> = {}): Promise<string> {
  const { workspaceId } = workspace
  const name = `role ${++roles}`
  await inWorkspace(workspaceId, (tx) =>
    createRoleIn(tx, { workspaceId, name, definition: { ...PLAIN, ...change }, by: 'test' }),
  )
  return name
}

const change = (name: string, definition: Partial<RoleDefinition>) =>
  inWorkspace(workspace.workspaceId, async (tx) => {
    const role = await readRole(tx, name)
    const { workspaceId } = workspace
    return changeRole(tx, { workspaceId, name, definition: { ...role?.definition, ...definition }, by: 'test' })
  })

const accept = ({ grantId }: MemberGrant, version: number) =>
  inWorkspace(workspace.workspaceId, (tx) =>
    tx.updateTable('tillgate.grants').set({ accepted_version: version }).where('grant_id', '=', grantId).execute(),
  )

const grant = (role: string, options: Partial<Parameters<typeof memberGrant>[1]> = {}) =>
  memberGrant(test.database, { workspaceId: workspace.workspaceId, role, ...options })

const mcp = () => `${test.gate.url}/mcp`
const stores = (token: string, url = mcp()) => callTool(url, token, { name: 'list_stores', arguments: {} })

describe('a role that is changed', () => {
  it('to less is less at the next call, on every replica', async () => {
    const role = await newRole()
    const { token } = await grant(role)
    const order = { name: 'get_order', arguments: { store: 'harbour', id: 'gid://shopify/Order/1' } }
    for (const url of [mcp(), `${replica.url}/mcp`]) expect(await listTools(url, token)).toContain('get_order')
    await change(role, { scopes: ['stores:read'] })
    for (const url of [mcp(), `${replica.url}/mcp`]) {
      expect(await listTools(url, token)).toEqual(['list_stores', 'get_store'])
      expect((await callTool(url, token, order)).rpcError?.code).toBe(-32602)
    }
  })

  it('to more is no more for a grant made before, until it is accepted', async () => {
    const role = await newRole({ scopes: ['stores:read'] })
    const given = await grant(role, { scopes: ['stores:read', 'orders:read'] })
    const { version } = await change(role, { scopes: ['stores:read', 'orders:read'] })
    expect(await listTools(mcp(), given.token)).not.toContain('get_order')
    await accept(given, version)
    expect(await listTools(mcp(), given.token)).toContain('get_order')
  })

  it('to both more and less takes away now and gives later', async () => {
    const role = await newRole({ scopes: ['stores:read', 'orders:read'] })
    const given = await grant(role, { scopes: ['stores:read', 'orders:read', 'catalog:read'] })
    const { version } = await change(role, { scopes: ['stores:read', 'catalog:read'] })
    expect(await listTools(mcp(), given.token)).toEqual(['list_stores', 'get_store'])
    await accept(given, version)
    expect(await listTools(mcp(), given.token)).toContain('get_product')
  })

  it('shows personal data no clearer before it is accepted', async () => {
    const role = await newRole({ scopes: ['stores:read', 'customers:read'], personal: 'drop' })
    const given = await grant(role)
    const search = () =>
      callTool(mcp(), given.token, { name: 'search_customers', arguments: { store: 'harbour', page_size: 1 } })
    const { version } = await change(role, { personal: 'mask' })
    expect((await search()).raw).not.toContain('[email]')
    await accept(given, version)
    expect((await search()).raw).toContain('[email]')
  })

  it('lets no more calls through before it is accepted', async () => {
    const role = await newRole({ limits: { per_second: 0.1, burst: 1, concurrency: 1 } })
    const given = await grant(role)
    expect((await stores(given.token)).isError).toBe(false)
    await change(role, { limits: PLAIN.limits })
    expect((await stores(given.token)).error).toMatchObject({ code: 'rate_limited' })
  })

  it('whose accepted version is not known opens nothing', async () => {
    const role = await newRole()
    const given = await grant(role)
    await change(role, { personal: 'drop' })
    await accept(given, 77)
    expect((await stores(given.token)).error).toMatchObject({ code: 'unavailable' })
  })
})

/** The role in effect, as the door tells it now. */
async function scopesInEffect({ token }: MemberGrant): Promise<readonly string[]> {
  const found = await enterByToken(test.database.pools.app, { tokenHash: tokenHash(token), resource: 'core' }, null)
  return found ? roleOf(found.entry).scopes : []
}

const setMember = (given: MemberGrant, values: { seat?: Seat; removed_at?: Date }) =>
  inWorkspace(given.workspaceId, (tx) =>
    tx.updateTable('tillgate.members').set(values).where('account_id', '=', given.accountId).execute(),
  )

/** The reasons of the refusals in the workspace's own chain. */
async function recordedReasons(workspaceId: string): Promise<unknown[]> {
  await test.gate.flush()
  const rows = await inWorkspace(workspaceId, (tx) => tx.selectFrom('audit.records').select('header').execute())
  return rows.map(({ header }) => JSON.parse(header).reason)
}

describe('a member', () => {
  it('whose seat is lowered leaves its agents what the lower seat gives, from the next call on', async () => {
    const scopes = ['stores:read', 'orders:read', 'orders:write', 'text:reveal'] as const
    const given = await grant(await newRole({ scopes: [...scopes] }))
    expect(await scopesInEffect(given)).toEqual(scopes)
    await setMember(given, { seat: 'viewer' })
    expect(await scopesInEffect(given)).toEqual(['stores:read', 'orders:read'])
    await setMember(given, { seat: 'admin' })
    expect(await scopesInEffect(given)).toEqual(scopes)
  })

  it('who is removed stops its agents at the next call, on every replica, and that is recorded', async () => {
    const given = await grant(await newRole())
    for (const url of [mcp(), `${replica.url}/mcp`]) expect((await stores(given.token, url)).isError).toBe(false)
    await setMember(given, { removed_at: new Date() })
    for (const url of [mcp(), `${replica.url}/mcp`]) expect((await stores(given.token, url)).status).toBe(401)
    expect(await recordedReasons(workspace.workspaceId)).toContain('member_removed')
  })

  it('of a frozen workspace is refused through its agents, and not in another workspace', async () => {
    const frozen = await test.workspace('frozen')
    const there = await grant('support', { workspaceId: frozen.workspaceId })
    const here = await grant('support', { accountId: there.accountId })
    await inWorkspace(frozen.workspaceId, (tx) =>
      tx.updateTable('tillgate.workspaces').set({ frozen_at: new Date() }).execute(),
    )
    expect((await stores(there.token)).status).toBe(401)
    expect((await stores(here.token)).isError).toBe(false)
    expect(await recordedReasons(frozen.workspaceId)).toContain('workspace_frozen')
  })

  it('whose grant has ended is refused', async () => {
    const given = await grant(await newRole())
    await inWorkspace(given.workspaceId, (tx) =>
      tx.updateTable('tillgate.grants').set({ expires_at: new Date() }).where('grant_id', '=', given.grantId).execute(),
    )
    expect((await stores(given.token)).status).toBe(401)
  })
})

describe('a role that names stores', () => {
  beforeAll(async () => {
    const parts = { ...test.foundation, authPool: test.database.pools.auth }
    const credential = new Secret(JSON.stringify({ kind: 'static', token: test.sandbox.accessToken.reveal() }))
    const store = { platform: 'shopify', name: 'The pier', mode: 'test', currency: 'EUR', credential } as const
    const { workspaceId } = workspace
    await addStore(parts, { ...store, workspaceId, handle: 'pier', origin: test.sandbox.url })
  })

  it('lists and reaches those stores of the grant only', async () => {
    const role = await newRole({ stores: ['harbour'] })
    const { token } = await grant(role)
    const getStore = (store: string) => callTool(mcp(), token, { name: 'get_store', arguments: { store } })
    expect((await stores(token)).value?.items).toMatchObject([{ handle: 'harbour' }])
    expect((await getStore('harbour')).isError).toBe(false)
    expect((await getStore('pier')).error).toMatchObject({ code: 'not_found', field: 'store' })
    await change(role, { stores: ['pier'] })
    expect((await stores(token)).value?.items).toEqual([])
    expect(await listTools(mcp(), token)).toEqual(['list_stores'])
    expect((await getStore('harbour')).error).toMatchObject({ code: 'not_found' })
  })

  it('does not give a grant a store that it was not granted', async () => {
    const given = await grant(await newRole({ stores: ['harbour', 'pier'] }))
    await inWorkspace(given.workspaceId, (tx) =>
      tx.deleteFrom('tillgate.grant_stores').where('grant_id', '=', given.grantId).execute(),
    )
    expect((await stores(given.token)).value?.items).toEqual([])
  })
})
