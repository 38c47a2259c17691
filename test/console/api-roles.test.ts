import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRoleIn, readRole } from '#identity'
import { presets } from '#policy'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

const post = (person: Seated, path: string, body?: unknown) => shop.api.post(person, path, body)
const at = (name: string, act = '') => `roles/${encodeURIComponent(name)}${act}`
const roleNow = (name: string) => shop.inside((tx) => readRole(tx, name))

const ONE = { ...presets.analyst, scopes: ['orders:read'] }

/** A role of its own with one scope; gives its name. */
async function newRole(): Promise<string> {
  const name = `role / ${randomUUID()}`
  const { workspaceId } = shop
  await shop.inside((tx) => createRoleIn(tx, { workspaceId, name, definition: ONE, by: 'test' }))
  return name
}

describe('a role', () => {
  it('says before it is changed what the change means, and for how many agents', async () => {
    const name = await newRole()
    await shop.grantOf(shop.viewer, name)
    const definition = { ...ONE, scopes: ['orders:read', 'catalog:read'], limits: { ...ONE.limits, per_second: 5 } }
    const { body } = await post(shop.admin, at(name, '/preview'), { definition })
    expect(body).toMatchObject({ version: 1, agents: 1 })
    expect(body.differences).toEqual([
      expect.objectContaining({ what: 'may now', widens: true }),
      { what: 'calls a second', before: '10', after: '5', widens: false },
    ])
    expect((await roleNow(name))?.version).toBe(1)
  })

  it('is changed by an admin with a fresh second factor, recorded, and keeps its history', async () => {
    const name = await newRole()
    const change = { definition: { ...ONE, scopes: ['orders:read', 'catalog:read'] }, version: 1 }
    const tired = await shop.member('admin', 'stale')
    expect((await post(shop.viewer, at(name), change)).status).toBe(403)
    expect((await post(tired, at(name), change)).body.error.code).toBe('second_factor')
    expect((await roleNow(name))?.version).toBe(1)
    expect((await post(shop.admin, at(name), change)).body).toEqual({ kind: 'changed', version: 2 })
    expect(await roleNow(name)).toMatchObject({ version: 2, definition: { scopes: ['catalog:read', 'orders:read'] } })
    expect(await shop.lastAction()).toMatchObject({ action: 'role.change', account: shop.admin.accountId })
    const { history } = (await shop.api.get(shop.viewer, at(name))).body
    expect(history).toMatchObject([
      { version: 2, by: shop.admin.email },
      { version: 1, isFirst: true },
    ])
  })

  it('that two admins edit has the change of the first; the second is shown it, and nothing is lost', async () => {
    const name = await newRole()
    const first = { definition: { ...ONE, scopes: ['orders:read', 'inventory:read'] }, version: 1 }
    const second = { definition: { ...ONE, limits: { ...ONE.limits, burst: 7 } }, version: 1 }
    await post(shop.admin, at(name), first)
    const { body } = await post(shop.owner, at(name), second)
    expect(body).toMatchObject({ kind: 'conflict', version: 2 })
    expect(body.theirs).toMatchObject([{ what: 'may now', widens: true }])
    expect(await roleNow(name)).toMatchObject({ version: 2, definition: { limits: { burst: 30 } } })
    expect((await post(shop.owner, at(name), { ...second, version: 2 })).body).toMatchObject({ kind: 'changed' })
  })

  it('that two admins change at once is changed once', async () => {
    const name = await newRole()
    const change = (burst: number) => ({ definition: { ...ONE, limits: { ...ONE.limits, burst } }, version: 1 })
    const answers = await Promise.all(
      [7, 8].map((burst, index) => post([shop.admin, shop.owner][index] ?? shop.admin, at(name), change(burst))),
    )
    expect(answers.map(({ body }) => body.kind).sort()).toEqual(['changed', 'conflict'])
    expect((await roleNow(name))?.version).toBe(2)
  })

  it.each([
    [{ limits: { ...ONE.limits, burst: 'many' } }, 'burst'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ stores: [] }, 'stores'],
    [{ expires_days: 0 }, 'expires_days'],
    [{ surprise: true }, ''],
  ])('that is none is refused with its field: %j', async (wrong, field) => {
    const name = await newRole()
    const { status, body } = await post(shop.admin, at(name), { definition: { ...ONE, ...wrong }, version: 1 })
    expect({ status, code: body.error.code, field: body.error.field ?? '' }).toEqual({
      status: 400,
      code: 'invalid_arguments',
      field,
    })
  })

  it('is made by an admin, under a name of its own', async () => {
    const made = { name: `made ${randomUUID()}`, definition: ONE }
    expect((await post(shop.viewer, 'roles', made)).status).toBe(403)
    expect((await post(shop.admin, 'roles', made)).body).toEqual({ name: made.name })
    expect(await shop.lastAction()).toMatchObject({ action: 'role.create' })
    for (const name of [made.name, 'new', 'choices', '..', ' ', 'x'.repeat(101)]) {
      const { status, body } = await post(shop.admin, 'roles', { ...made, name })
      expect({ name, status, field: body.error.field }).toEqual({ name, status: 400, field: 'name' })
    }
  })

  it('says which of its scopes no agent has used within 30 days', async () => {
    const { token } = await shop.machine('support')
    await shop.call(token, 'search_orders')
    const { scopes } = (await shop.api.get(shop.viewer, 'roles/support')).body
    const used = Object.fromEntries(scopes.map(({ scope, used }: { scope: string; used: boolean }) => [scope, used]))
    expect(used).toMatchObject({ 'orders:read': true, 'catalog:read': false })
  })

  it('names to a viewer the own agents that have it, and only counts those of others', async () => {
    const name = await newRole()
    const [own, others] = [await shop.grantOf(shop.viewer, name), await shop.grantOf(shop.owner, name)]
    const seen = await shop.api.get(shop.viewer, at(name))
    expect(seen.body).toMatchObject({ agents: [{ id: own.agentId }], othersWithRole: 1 })
    expect(seen.text).not.toContain(others.agentId)
    expect(seen.text).not.toContain(shop.owner.email)
    expect((await shop.api.get(shop.admin, at(name))).body).toMatchObject({ agents: [{}, {}], othersWithRole: 0 })
    expect((await shop.api.get(shop.viewer, 'roles')).body.roles).toContainEqual(
      expect.objectContaining({ name, agents: 2 }),
    )
  })
})
