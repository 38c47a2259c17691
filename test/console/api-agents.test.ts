import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addStore, changeRole, createRoleIn } from '#identity'
import { Secret } from '#kernel'
import { presets } from '#policy'
import { LANDMARKS } from '#sandbox'
import type { MemberGrant } from '../support/member-grant.ts'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

const get = (person: Seated, path: string) => shop.api.get(person, path)
const post = (person: Seated, path: string, body?: unknown) => shop.api.post(person, path, body)

/** The ids that a list shows to a person. */
async function listed(person: Seated, query = ''): Promise<string[]> {
  const { body } = await get(person, `agents${query}`)
  return body.agents.map(({ id }: { id: string }) => id)
}

async function tokensOf({ grantId }: MemberGrant): Promise<number> {
  const sql = 'select from auth.access_tokens where grant_id = $1'
  return (await shop.test.database.pools.auth.query(sql, [grantId])).rowCount ?? 0
}

/** A role of its own with one scope; gives its name. */
async function newRole(): Promise<string> {
  const [name, definition] = [`role ${randomUUID()}`, { ...presets.analyst, scopes: ['orders:read'] }]
  await shop.inside((tx) => createRoleIn(tx, { workspaceId: shop.workspaceId, name, definition, by: 'test' }))
  return name
}

/** Sets columns of an agent, past every rule. */
const write = (agentId: string, set: { name?: string; purpose?: string; client_id?: string; quarantined_at?: Date }) =>
  shop.inside((tx) => tx.updateTable('tillgate.agents').set(set).where('agent_id', '=', agentId).execute())

describe('the agents', () => {
  it('of others are shown to an admin, and not to a viewer, who cannot open one either', async () => {
    const [own, others] = [await shop.grantOf(shop.viewer), await shop.grantOf(shop.owner)]
    const [seen, all] = [await listed(shop.viewer), await listed(shop.admin)]
    expect([seen.includes(own.agentId), seen.includes(others.agentId)]).toEqual([true, false])
    expect([all.includes(own.agentId), all.includes(others.agentId)]).toEqual([true, true])
    expect((await get(shop.viewer, 'agents')).body.sees).toBe('own')
    for (const path of [`agents/${others.agentId}`, `agents/${others.agentId}/narrower`]) {
      expect((await get(shop.viewer, path)).status).toBe(404)
      expect((await get(shop.admin, path)).status).toBe(200)
    }
    const choices = (await get(shop.viewer, 'activity/choices')).body.agents
    expect(choices).toContainEqual(expect.objectContaining({ id: own.agentId }))
    expect(choices).not.toContainEqual(expect.objectContaining({ id: others.agentId }))
    const now = (await get(shop.viewer, 'overview')).body.agents.lines
    expect(now).not.toContainEqual(expect.objectContaining({ id: others.agentId }))
  })

  it('of others are not a viewer’s to stop or to change', async () => {
    const others = await shop.grantOf(shop.owner)
    for (const act of ['revoke', 'quarantine', 'clear-marks']) {
      expect((await post(shop.viewer, `agents/${others.agentId}/${act}`)).status).toBe(404)
    }
    expect((await post(shop.viewer, `agents/${others.agentId}/accept`, { version: 1 })).status).toBe(404)
    expect((await post(shop.viewer, `agents/${others.agentId}/narrower`, { version: 1 })).status).toBe(403)
    expect(await shop.agent(others)).toMatchObject({ revokedAt: null, quarantinedAt: null })
  })

  it('stop for good at a word of their owner, with a second factor from long ago, recorded and without tokens', async () => {
    const tired = await shop.member('viewer', 'stale')
    const own = await shop.grantOf(tired)
    expect(await post(tired, `agents/${own.agentId}/revoke`)).toMatchObject({ status: 200, body: { done: true } })
    expect((await shop.agent(own)).revokedAt).not.toBeNull()
    expect(await tokensOf(own)).toBe(0)
    expect(await shop.lastAction()).toEqual({ action: 'agent.revoke', subject: own.agentId, account: tired.accountId })
    const detail = await get(tired, `agents/${own.agentId}`)
    expect(detail.body).toMatchObject({ state: 'revoked', isOver: true })
    expect((await post(shop.admin, `agents/${own.agentId}/accept`, { version: 1 })).status).toBe(400)
  })

  it('come out of quarantine by an admin with a fresh second factor only', async () => {
    const own = await shop.grantOf(shop.viewer)
    const release = (person: Seated) => post(person, `agents/${own.agentId}/release`)
    await post(shop.viewer, `agents/${own.agentId}/quarantine`)
    expect((await shop.agent(own)).quarantinedAt).not.toBeNull()
    expect(await shop.lastAction()).toMatchObject({ action: 'agent.quarantine', account: shop.viewer.accountId })
    expect(await release(shop.viewer)).toMatchObject({ status: 403, body: { error: { code: 'not_allowed' } } })
    const tired = await shop.member('admin', 'stale')
    const proof = { code: 'second_factor', next: '/console/second-factor' }
    expect(await release(tired)).toMatchObject({ status: 403, body: { error: proof } })
    expect((await shop.agent(own)).quarantinedAt).not.toBeNull()
    expect((await release(shop.admin)).status).toBe(200)
    expect((await shop.agent(own)).quarantinedAt).toBeNull()
    expect(await shop.lastAction()).toMatchObject({ action: 'agent.release', subject: own.agentId })
  })

  it('have nothing of a wider role until their owner or an admin accepts what is shown', async () => {
    const own = await shop.grantOf(shop.viewer, await newRole())
    const { role } = await shop.agent(own)
    const definition = { ...presets.analyst, scopes: ['orders:read', 'catalog:read'] }
    await shop.inside((tx) => changeRole(tx, { workspaceId: shop.workspaceId, name: role, definition, by: 'test' }))
    const { body } = await get(shop.viewer, `agents/${own.agentId}`)
    expect(body).toMatchObject({ state: 'waiting', roleVersion: 2, acceptedVersion: 1, may: { accept: true } })
    expect(body.widened).toMatchObject([{ what: 'may now', after: expect.stringContaining('see products') }])
    const accept = (version: number) => post(shop.viewer, `agents/${own.agentId}/accept`, { version })
    expect((await accept(1)).status).toBe(400)
    expect(await shop.agent(own)).toMatchObject({ acceptedVersion: 1, scopes: ['orders:read'] })
    expect((await accept(2)).status).toBe(200)
    const { acceptedVersion, scopes } = await shop.agent(own)
    expect({ acceptedVersion, scopes: [...scopes].sort() }).toEqual({
      ...{ acceptedVersion: 2, scopes: ['catalog:read', 'orders:read'] },
    })
    expect(await shop.lastAction()).toMatchObject({ action: 'grant.accept', subject: own.grantId })
  })
})

describe('what an agent uses', () => {
  it('are the scopes of the tools that it was answered, of 30 days; the rest it never used', async () => {
    const own = await shop.grantOf(shop.viewer)
    await shop.call(own.token, 'list_stores')
    for (let time = 0; time < 2; time += 1) await shop.call(own.token, 'search_orders', { page_size: 1 })
    expect((await shop.call(own.token, 'get_product', { id: 'gid://shopify/Product/0' })).isError).toBe(true)
    const { body } = await get(shop.viewer, `agents/${own.agentId}`)
    expect(body).toMatchObject({ calls: 4, refusals: 1, used: ['stores:read', 'orders:read'] })
    expect(body.unused).toEqual(expect.arrayContaining(['catalog:read', 'inventory:read']))
    const usedOf = (scope: string) => body.scopeLines.find((line: { scope: string }) => line.scope === scope).used
    expect([usedOf('orders:read'), usedOf('catalog:read')]).toEqual([true, false])
    expect(body.tools[0]).toEqual({ tool: 'search_orders', calls: 2, refusals: 0 })
    expect(body.tools).toContainEqual({ tool: 'get_product', calls: 1, refusals: 1 })
    const days = body.days.map(({ ok, refused }: { ok: number; refused: number }) => ok + refused)
    const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0)
    expect([total(days), total(body.hours), body.hours.length, days.length]).toEqual([4, 4, 24, 30])
    const line = (await get(shop.viewer, `agents?text=${own.agentId}`)).body.agents[0]
    expect(line).toMatchObject({ calls: 4, refusals: 1, used: body.used, unused: body.unused, hours: body.hours })
  })
})

describe('the inventory', () => {
  it('pages without gap or double, those last seen first', async () => {
    const busy = await shop.member('viewer')
    const made = await Promise.all(Array.from({ length: 103 }, () => shop.grantOf(busy)))
    const last = made[77]
    await shop.call(last?.token ?? '', 'list_stores')
    const pages = [await listed(busy), await listed(busy, '?page=2'), await listed(busy, '?page=3')]
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 3])
    expect(new Set(pages.flat())).toEqual(new Set(made.map(({ agentId }) => agentId)))
    expect(pages[0]?.[0]).toBe(last?.agentId)
    expect((await get(busy, 'agents?page=2')).body).toMatchObject({ total: 103, page: 2, pages: 3 })
    expect((await get(busy, 'agents?page=4')).body).toMatchObject({ agents: [], total: 103 })
  })

  it('is searched for a part of the name in any case, or the beginning of the id, and for nothing cleverer', async () => {
    const [one, two] = [await shop.grantOf(shop.viewer), await shop.grantOf(shop.viewer)]
    await write(one.agentId, { name: "100% Räksmörgås_'bot" })
    await write(two.agentId, { name: '100 Raksmorgas bot' })
    const search = (text: string) => listed(shop.admin, `?text=${encodeURIComponent(text)}`)
    for (const text of ['räksMörgåS', '100%', "_'b", one.agentId.slice(0, 13), one.agentId.toUpperCase()]) {
      expect({ text, found: await search(text) }).toEqual({ text, found: [one.agentId] })
    }
    expect((await search('100')).toSorted()).toEqual([one.agentId, two.agentId].toSorted())
    for (const text of ['1%Räk', 'no such agent', `x${one.agentId}`]) expect(await search(text)).toEqual([])
  })

  it('tells the live from the ended, and the quarantined among the live', async () => {
    const person = await shop.member('viewer')
    const grants = await Promise.all(Array.from({ length: 4 }, () => shop.grantOf(person)))
    const [live, stopped, revoked, expired] = grants.map(({ agentId }) => agentId)
    await post(person, `agents/${stopped}/quarantine`)
    await post(person, `agents/${revoked}/revoke`)
    await shop.inside((tx) =>
      tx
        .updateTable('tillgate.grants')
        .set({ expires_at: new Date(0) })
        .where('agent_id', '=', `${expired}`)
        .execute(),
    )
    const inState = async (state: string) => (await listed(person, `?state=${state}`)).toSorted()
    expect(await inState('live')).toEqual([live, stopped].toSorted())
    expect(await inState('stopped')).toEqual([stopped])
    expect(await inState('ended')).toEqual([revoked, expired].toSorted())
  })
})

describe('words of others', () => {
  const HIDDEN = 'a\u202Eb\u200Bc\u0007<b>"'
  const paths = ['self', 'overview', 'activity', 'activity/choices', 'agents']

  it('are in no answer with something hidden in them', async () => {
    const person = await shop.member('owner')
    const grant = await shop.grantOf(person)
    await write(grant.agentId, { name: HIDDEN, purpose: HIDDEN, client_id: `https://x.test/${HIDDEN}` })
    const { workspaceId } = shop
    await addStore(shop.test.foundation, {
      ...{ workspaceId, handle: 'odd', name: HIDDEN, origin: 'http://127.0.0.1:9', credential: new Secret('x') },
      ...({ platform: 'shopify', mode: 'test', currency: 'EUR' } as const),
    })
    await shop.test.database.pools.auth.query('update auth.accounts set name = $2 where id = $1', [
      ...[person.accountId, HIDDEN],
    ])
    const named = (name: string) => shop.inside((tx) => tx.updateTable('tillgate.workspaces').set({ name }).execute())
    await named(HIDDEN)
    await shop.call(grant.token, 'get_order', { id: LANDMARKS.benignNote.id })
    const answers = await Promise.all([...paths, `agents/${grant.agentId}`].map((path) => get(person, path)))
    await named('shop')
    for (const { status, text } of answers) {
      expect(status).toBe(200)
      expect(text).toContain('a⟦U+202E⟧b⟦U+200B⟧c⟦U+0007⟧')
      expect(text).not.toMatch(/\u202E|\u200B|\\u202e|\\u200b|\\u0007/)
    }
  })

  it('are cut, however long they are', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const long = (length: number) => `${'ë'.repeat(length - 1)}z`
    await write(grant.agentId, { name: '\u202E'.repeat(100), purpose: long(10_000), client_id: long(10_000) })
    const { body } = await get(shop.viewer, `agents/${grant.agentId}`)
    for (const [words, most] of [
      [body.name, 101],
      [body.purpose, 1_001],
      [body.client, 301],
    ]) {
      expect(words.length).toBeLessThanOrEqual(most)
      expect(words).toMatch(/…$/)
    }
  })
})

describe('the freeze', () => {
  const isFrozen = async () => {
    const row = await shop.inside((tx) => tx.selectFrom('tillgate.workspaces').select('frozen_at').executeTakeFirst())
    return row?.frozen_at !== null
  }

  it('needs the box ticked, and an admin', async () => {
    for (const body of [{}, { sure: false }, { sure: 'yes' }]) {
      expect(await post(shop.admin, 'workspace/freeze', body)).toMatchObject({
        ...{ status: 400, body: { error: { field: 'sure' } } },
      })
    }
    expect((await post(shop.viewer, 'workspace/freeze', { sure: true })).status).toBe(403)
    expect(await isFrozen()).toBe(false)
  })

  it('is said everywhere, stops agents, and ends with a fresh second factor', async () => {
    const tired = await shop.member('admin', 'stale')
    const { token, agentId } = await shop.grantOf(shop.viewer)
    expect((await post(tired, 'workspace/freeze', { sure: true })).status).toBe(200)
    expect(await shop.lastAction()).toMatchObject({ action: 'workspace.freeze', account: tired.accountId })
    expect((await shop.call(token, 'list_stores')).status).toBe(401)
    expect((await get(shop.viewer, 'self')).body.workspace.frozenAt).toEqual(expect.any(String))
    expect((await get(shop.viewer, `agents/${agentId}`)).body.state).toBe('frozen')
    expect((await get(shop.viewer, 'self')).body.workspace.frozenAt).not.toBeNull()
    expect(await post(tired, 'workspace/unfreeze')).toMatchObject({ body: { error: { code: 'second_factor' } } })
    expect(await post(shop.viewer, 'workspace/unfreeze')).toMatchObject({ body: { error: { code: 'not_allowed' } } })
    expect(await isFrozen()).toBe(true)
    await post(shop.admin, 'workspace/unfreeze')
    expect(await isFrozen()).toBe(false)
    expect(await shop.lastAction()).toMatchObject({ action: 'workspace.unfreeze', account: shop.admin.accountId })
    expect((await shop.call(token, 'list_stores')).status).toBe(200)
  })
})

describe('who looks', () => {
  it('is told who they are, what they may, and the address that agents connect to', async () => {
    const { body } = await get(shop.viewer, 'self')
    expect(body).toMatchObject({
      account: { id: shop.viewer.accountId, email: shop.viewer.email },
      workspace: { slug: 'shop', frozenAt: null },
      seat: 'viewer',
      may: {
        manageAgents: false,
        manageRoles: false,
        manageMembers: false,
        freeze: false,
        readAudit: false,
        manageWorkspace: false,
      },
      base: shop.test.gate.url,
    })
    expect((await get(shop.admin, 'self')).body.may).toEqual({
      ...{
        manageAgents: true,
        manageRoles: true,
        manageMembers: true,
        freeze: true,
        readAudit: true,
        manageWorkspace: true,
      },
    })
    expect(body.workspaces.map(({ slug }: { slug: string }) => slug)).toEqual(['shop'])
  })
})
