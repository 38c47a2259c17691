import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeRole, createRoleIn, listRoles, type Role, readRole } from '#identity'
import { presets, type RoleDefinition } from '#policy'
import { withClient } from '#store'
import type { MemberGrant } from '../support/member-grant.ts'
import { listTools } from '../support/rpc.ts'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

type Agent = Pick<MemberGrant, 'agentId'>

const suggested = async ({ agentId }: Agent, person = shop.admin) =>
  (await shop.api.get(person, `agents/${agentId}/narrower`)).body
const narrow = ({ agentId }: Agent, version: number, person: Seated = shop.admin) =>
  shop.api.post(person, `agents/${agentId}/narrower`, { version })
const toolsOf = ({ token }: MemberGrant) => listTools(`${shop.test.gate.url}/mcp`, token)
const role = (name: string) => shop.inside((tx) => readRole(tx, name))
const roleNames = async () => (await shop.inside((tx) => listRoles(tx))).map(({ name }) => name)

function newRole(more: Partial<RoleDefinition> = {}): Promise<Role> {
  const made = { name: `role ${randomUUID()}`, definition: { ...presets.analyst, ...more } }
  return shop.inside((tx) => createRoleIn(tx, { workspaceId: shop.workspaceId, ...made, by: 'test' }))
}

/** An agent that was answered by two tools. */
async function usedGrant(roleName = 'analyst'): Promise<MemberGrant> {
  const grant = await shop.grantOf(shop.viewer, roleName)
  for (const name of ['list_stores', 'search_orders']) {
    expect(await shop.call(grant.token, name)).toMatchObject({ isError: false, status: 200 })
  }
  return grant
}

describe('a narrower role', () => {
  it('is made of what an agent really used, and leaves it fewer tools and the preset as it was', async () => {
    const grant = await usedGrant()
    expect(await toolsOf(grant)).toContain('search_products')
    const suggestion = await suggested(grant)
    expect(suggestion).toMatchObject({
      ...{ kind: 'suggested', role: 'analyst', version: 1, by: 'a_new_role', newName: 'analyst, narrowed' },
    })
    const taken = suggestion.differences.map(({ before, widens }: { before: string; widens: boolean }) => {
      return `${before}: ${widens}`
    })
    expect(taken).toContainEqual(expect.stringMatching(/^see products .*: false$/))
    expect(taken).not.toContainEqual(expect.stringMatching(/: true$|^see orders|^see the stores/))
    expect(await narrow(grant, 1)).toMatchObject({ status: 200, body: { role: 'analyst, narrowed' } })
    expect(await toolsOf(grant)).toEqual(['list_stores', 'get_store', 'search_orders', 'get_order'])
    expect((await shop.call(grant.token, 'search_products')).rpcError?.code).toBe(-32602)
    expect((await shop.call(grant.token, 'search_orders')).isError).toBe(false)
    expect(await shop.agent(grant)).toMatchObject({
      ...{ role: 'analyst, narrowed', scopes: ['stores:read', 'orders:read'], acceptedVersion: 1 },
    })
    expect((await role('analyst, narrowed'))?.definition).toMatchObject({ stores: ['harbour'] })
    expect(await role('analyst')).toMatchObject({ version: 1, definition: presets.analyst })
  })

  it('is recorded, and named after the role, each time anew', async () => {
    const grant = await usedGrant()
    const { newName } = await suggested(grant)
    expect(newName).toBe('analyst, narrowed 2')
    await narrow(grant, 1)
    expect(await shop.lastAction()).toMatchObject({
      ...{ action: 'grant.narrow', subject: grant.grantId, account: shop.admin.accountId },
    })
    expect(await suggested(grant)).toMatchObject({ kind: 'none', because: expect.stringContaining('all that its') })
  })

  it('is the role itself, where no other agent has it', async () => {
    const own = await newRole()
    const grant = await usedGrant(own.name)
    expect(await suggested(grant)).toMatchObject({ by: 'changing_the_role', newName: null, othersWithRole: 0 })
    expect((await narrow(grant, 1)).body).toEqual({ role: own.name })
    expect(await role(own.name)).toMatchObject({
      ...{ version: 2, definition: { scopes: ['stores:read', 'orders:read'], stores: ['harbour'] } },
    })
    expect(await toolsOf(grant)).not.toContain('search_products')
    expect(await shop.lastAction()).toMatchObject({ action: 'role.change', subject: own.roleId })
  })

  it('takes nothing from the other agents of the role', async () => {
    const shared = await newRole()
    const [grant, other] = [await usedGrant(shared.name), await usedGrant(shared.name)]
    expect(await suggested(grant)).toMatchObject({ by: 'a_new_role', othersWithRole: 1 })
    await narrow(grant, 1)
    expect(await toolsOf(other)).toContain('search_products')
    expect(await role(shared.name)).toMatchObject({ version: 1 })
  })

  it('says so where nothing was used, and does nothing', async () => {
    const idle = await shop.grantOf(shop.viewer)
    await shop.call(idle.token, 'get_order', { id: 'gid://shopify/Order/1' })
    expect(await suggested(idle)).toMatchObject({ kind: 'none', because: expect.stringContaining('not answered once') })
    const before = await roleNames()
    expect((await narrow(idle, 1)).status).toBe(400)
    expect(await roleNames()).toEqual(before)
  })

  it('is not made of a role that changed since it was looked at, nor for an agent that has ended', async () => {
    const shared = await newRole()
    const [grant, ended] = [await usedGrant(shared.name), await usedGrant(shared.name)]
    await shop.api.post(shop.admin, `agents/${ended.agentId}/revoke`)
    const before = await roleNames()
    expect((await narrow(grant, 2)).status).toBe(400)
    expect((await narrow(ended, 1)).status).toBe(400)
    expect(await roleNames()).toEqual(before)
    expect(await shop.agent(grant)).toMatchObject({ role: shared.name })
  })

  it('brings nothing that the role has gained and nobody has accepted', async () => {
    const shared = await newRole({ scopes: ['stores:read', 'orders:read', 'catalog:read'], personal: 'drop' })
    const [grant] = [await usedGrant(shared.name), await shop.grantOf(shop.owner, shared.name)]
    const wider = { ...presets.analyst, personal: 'mask' }
    await shop.inside((tx) => changeRole(tx, { ...shared, workspaceId: shop.workspaceId, definition: wider, by: 'x' }))
    const { body } = await narrow(grant, 2)
    expect((await role(body.role))?.definition).toMatchObject({
      ...{ scopes: ['stores:read', 'orders:read'], personal: 'drop' },
    })
  })

  it('leaves nothing behind where its last step fails', async () => {
    const grant = await usedGrant()
    const before = await roleNames()
    const poison = (text: string) => withClient(shop.test.database.superuser, (client) => client.query(text))
    await poison("alter table audit.records add constraint poison check (header not like '%grant.narrow%') not valid")
    const { status, body } = await narrow(grant, 1)
    await poison('alter table audit.records drop constraint poison')
    expect({ status, code: body.error.code }).toEqual({ status: 500, code: 'internal' })
    expect(await shop.lastAction()).toMatchObject({ action: 'role.create' })
    expect(await roleNames()).toEqual(before)
    expect(await shop.agent(grant)).toMatchObject({ role: 'analyst' })
  })
})
