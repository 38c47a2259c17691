import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditLog } from '#audit'
import { createRoleIn } from '#identity'
import { presets } from '#policy'
import { LANDMARKS } from '#sandbox'
import { withClient } from '#store'
import type { Answer } from '../support/rpc.ts'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

const activity = async (person: Seated, query: Record<string, string> = {}) => {
  const { body, status } = await shop.api.get(person, `activity?${new URLSearchParams(query)}`)
  expect(status).toBe(200)
  return body
}

type Line = { readonly record: number; readonly tool: string | null }
const numbers = ({ calls }: { calls: Line[] }) => calls.map(({ record }) => record)

/** The receipt that an agent got with its answer. */
function receiptOf({ meta, raw }: Answer): { record: number; hash: string } {
  const receipt = meta['tillgate/receipt']
  const isReceipt = typeof receipt === 'object' && receipt !== null && 'record' in receipt && 'hash' in receipt
  if (!isReceipt) throw new Error(raw)
  return { record: Number(receipt.record), hash: String(receipt.hash) }
}

/** The record of an agent's newest call, and the story of it. */
async function newest({ agentId }: { agentId: string }) {
  const [line] = (await activity(shop.admin, { agent: agentId })).calls
  return { line, story: (await shop.api.get(shop.admin, `activity/${line.record}`)).body }
}

const readNote = (token: string) => shop.call(token, 'get_order', { id: LANDMARKS.benignNote.id })
const occurrences = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

describe('the activity of a workspace', () => {
  it('is listed newest first, with who asked what of which store, and how it ended', async () => {
    const grant = await shop.grantOf(shop.viewer)
    await shop.call(grant.token, 'list_stores')
    await shop.call(grant.token, 'search_orders', { page_size: 2 })
    await shop.call(grant.token, 'get_product', { id: 'gid://shopify/Product/0' })
    const { calls, head } = await activity(shop.admin)
    const agent = { id: grant.agentId, name: 'A client' }
    expect(calls.slice(0, 3)).toMatchObject([
      { record: head, agent, tool: 'get_product', store: 'harbour', outcome: 'refused', code: 'not_found' },
      { record: head - 1, agent, tool: 'search_orders', store: 'harbour', outcome: 'ok', code: null, rows: 2 },
      { record: head - 2, agent, tool: 'list_stores', store: null, outcome: 'ok', count: 1 },
    ])
  })

  it('is filtered by agent, tool, store and outcome, and each finds nothing where there is none', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const first = receiptOf(await shop.call(grant.token, 'search_orders')).record
    const second = Number((await shop.call(grant.token, 'get_order', { id: 'x' })).error?.record)
    const third = receiptOf(await shop.call(grant.token, 'list_stores')).record
    const of = async (query: Record<string, string>) => numbers(await activity(shop.admin, query))
    const agent = grant.agentId
    expect(await of({ agent })).toEqual([third, second, first])
    expect(await of({ agent, tool: 'search_orders' })).toEqual([first])
    expect(await of({ agent, store: 'harbour' })).toEqual([second, first])
    expect(await of({ agent, outcome: 'not_ok' })).toEqual([second])
    expect(await of({ agent, outcome: 'refused' })).toEqual([second])
    expect(await of({ agent, outcome: 'ok', tool: 'list_stores' })).toEqual([third])
    for (const none of [{ agent: randomUUID() }, { store: 'nowhere' }, { tool: 'no_such' }]) {
      expect(await of(none)).toEqual([])
    }
  })

  it('pages without gap or double, and has no acts of people in it', async () => {
    const agent = randomUUID()
    const log = createAuditLog({ pool: shop.test.database.pools.audit })
    const { workspaceId } = shop
    const header = () => ({ v: 1, kind: 'call', request: randomUUID(), at: Date.now(), outcome: 'ok' }) as const
    const append = () => log.append({ workspaceId, header: { ...header(), agent } })
    const receipts = await Promise.all(Array.from({ length: 120 }, append))
    await log.append({ workspaceId, header: { ...header(), kind: 'admin', action: 'agent.create', agent } })
    await log.close()
    const seen: number[][] = []
    for (let before = ''; before !== 'null'; ) {
      const page = await activity(shop.admin, { agent, ...(before !== '' && { before }) })
      seen.push(numbers(page))
      before = String(page.next)
    }
    expect(seen.map(({ length }) => length)).toEqual([50, 50, 20])
    expect(seen.flat()).toEqual(receipts.map(({ record }) => record).sort((a, b) => b - a))
    const [line] = (await activity(shop.admin, { agent })).calls
    expect(line.agent).toEqual({ id: agent, name: 'an agent of before' })
  })

  it('shows a viewer only what the own agents did', async () => {
    const person = await shop.member('viewer')
    const [own, others] = [await shop.grantOf(person), await shop.grantOf(shop.owner)]
    const theirs = receiptOf(await shop.call(others.token, 'list_stores')).record
    const mine = receiptOf(await shop.call(own.token, 'list_stores')).record
    expect(numbers(await activity(person))).toEqual([mine])
    expect(numbers(await activity(person, { agent: others.agentId }))).toEqual([])
    expect((await shop.api.get(person, `activity/${mine}`)).status).toBe(200)
    const [hidden, nowhere] = [
      await shop.api.get(person, `activity/${theirs}`),
      await shop.api.get(person, 'activity/99999'),
    ]
    expect(hidden).toMatchObject({ status: 404, text: nowhere.text })
    expect(nowhere.status).toBe(404)
  })

  it('has no story for the act of a person, or for what is no number', async () => {
    const { agentId } = await shop.grantOf(shop.viewer)
    await shop.api.post(shop.admin, `agents/${agentId}/quarantine`)
    const head = (await activity(shop.admin)).head
    for (const record of [head, 0, -1, 'x', '1e99', '1.5']) {
      expect((await shop.api.get(shop.admin, `activity/${record}`)).status).toBe(404)
    }
  })
})

describe('the story of a call', () => {
  it('that was answered tells all steps, the receipt that the agent got, and what was masked and marked', async () => {
    const agent = await shop.machine()
    const [first, second] = [await readNote(agent.token), await readNote(agent.token)]
    const { story } = await newest(agent)
    expect({ record: story.record, hash: story.hash }).toEqual(receiptOf(second))
    expect(story).toMatchObject({ outcome: 'ok', why: null, client: agent.clientId, folded: null })
    expect(story.role).toEqual({ name: 'support', version: 1 })
    const states = new Set(story.steps.map(({ state }: { state: string }) => state))
    expect([story.steps.length, states]).toEqual([7, new Set(['passed'])])
    const run = story.steps.find(({ name }: { name: string }) => name === 'run')
    expect(run.ms).toBeGreaterThan(0)
    expect(story.shown.marked).toBe(occurrences(second.text, /⟦customer text/g))
    expect(story.shown.masked).toBe(occurrences(second.text, /\[(email|name|phone|address)\]/g))
    expect(story.marked + story.masked).toBeGreaterThan(1)
    expect(story.taint).toEqual({ before: true, by: true })
    const before = (await shop.api.get(shop.admin, `activity/${receiptOf(first).record}`)).body
    expect(before.taint).toEqual({ before: false, by: true })
    const args = { store: 'harbour', id: LANDMARKS.benignNote.id }
    expect(story.raw).toMatchObject({ record: story.record, hash: story.hash, body: { arguments: args } })
    expect(story.body.address).toMatch(/127\.0\.0\.1|::1/)
    expect(story.raw.header.request).toBe(story.request)
  })

  it('that was refused tells which step said no, why, and where that is changed', async () => {
    const grant = await shop.grantOf(shop.viewer)
    await shop.call(grant.token, 'search_customers')
    const { story } = await newest(grant)
    expect(story).toMatchObject({ outcome: 'refused', code: 'unlisted', step: 'authorise', tool: 'search_customers' })
    expect(story.why).toEqual({
      sentence: 'The role analyst does not have search_customers.',
      link: { to: '/roles/analyst', text: 'This role' },
    })
    expect(story.steps.map(({ state }: { state: string }) => state)).toEqual([
      ...['passed', 'passed', 'stopped', 'not_reached', 'not_reached', 'not_reached', 'not_reached'],
    ])
    await shop.call(grant.token, 'no_such_tool_of_ours')
    const invented = await newest(grant)
    expect(invented.story).toMatchObject({
      tool: null,
      why: { sentence: expect.stringContaining('no tool of that name') },
    })
    expect(JSON.stringify(invented.story)).not.toContain('no_such_tool_of_ours')
  })

  it('that failed in the store leads there, and shows its words with nothing hidden', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const order = { operation: '*', fault: '401', times: 1 }
    const set = await fetch(new URL('/_sandbox/faults', shop.test.sandbox.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    expect(set.ok).toBe(true)
    await shop.call(grant.token, 'search_orders')
    const { story } = await newest(grant)
    expect(story).toMatchObject({ code: 'store_auth_failed', step: 'run' })
    expect(story.why.link).toEqual({ to: '/stores', text: 'The store harbour' })
  })

  it('with hostile arguments has their hidden characters written out, and the very record as JSON', async () => {
    const agent = await shop.machine()
    const tag = 'sale\u202Egnp.exe\u200B<img src=x>'
    const email = 'zoe@example.test'
    await shop.call(agent.token, 'search_orders', { tag, email, page_size: 1 })
    const { story } = await newest(agent)
    const args = Object.fromEntries(
      story.body.arguments.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
    expect(args).toMatchObject({ tag: 'sale⟦U+202E⟧gnp.exe⟦U+200B⟧<img src=x>', email: '[email]', store: 'harbour' })
    expect(story.raw.body.arguments).toEqual({ store: 'harbour', tag, email: '[email]', page_size: 1 })
    expect(JSON.stringify(story)).not.toContain(email)
    const { record, hash, header } = story.raw
    const row = await shop.inside((tx) =>
      tx.selectFrom('audit.records').selectAll().where('seq', '=', String(record)).executeTakeFirstOrThrow(),
    )
    expect(JSON.parse(row.header)).toEqual(header)
    expect(row.hash.toString('hex')).toBe(hash)
  })

  it('keeps refused arguments from everybody, they could be anything', async () => {
    const agent = await shop.machine()
    await shop.call(agent.token, 'search_orders', { tag: '4111 1111 1111 1111' })
    const { story } = await newest(agent)
    expect(story).toMatchObject({ step: 'admit', code: 'invalid_arguments', body: { kind: 'open', arguments: [] } })
    expect(JSON.stringify(story)).not.toContain('4111')
  })

  it('names the store as it is called now', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const { record } = receiptOf(await shop.call(grant.token, 'search_orders'))
    const rename = (handle: string) => shop.inside((tx) => tx.updateTable('tillgate.stores').set({ handle }).execute())
    await rename('renamed')
    const { body } = await shop.api.get(shop.admin, `activity/${record}`)
    await rename('harbour')
    expect(body.store).toBe('renamed')
  })

  it('is told without its sealed part where that was erased', async () => {
    const agent = await shop.machine()
    const { record, hash } = receiptOf(await shop.call(agent.token, 'list_stores'))
    await shop.inside((tx) => tx.deleteFrom('audit.bodies').where('seq', '=', String(record)).execute())
    const { body, status } = await shop.api.get(shop.admin, `activity/${record}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ hash, body: { kind: 'erased' }, raw: { body: 'erased' } })
  })

  it('says that its sealed part cannot be opened where that is so, and not that it was erased', async () => {
    const agent = await shop.machine()
    const { record } = receiptOf(await shop.call(agent.token, 'list_stores'))
    const spoil = 'update audit.bodies set sealed = set_byte(sealed, 60, 255 - get_byte(sealed, 60)) where seq = $1'
    await withClient(shop.test.database.superuser, (client) => client.query(spoil, [record]))
    const { body } = await shop.api.get(shop.admin, `activity/${record}`)
    expect(body.body).toEqual({ kind: 'unreadable' })
    expect(shop.test.mistakes.length).toBeGreaterThan(0)
  })

  it('of a flood names the numbers of the limit, and leads to the role', async () => {
    const { workspaceId } = shop
    const name = `slow ${randomUUID()}`
    const slow = { ...presets.analyst, limits: { per_second: 0.01, burst: 1, concurrency: 1 } }
    await shop.inside((tx) => createRoleIn(tx, { workspaceId, name, definition: slow, by: 'test' }))
    const grant = await shop.grantOf(shop.viewer, name)
    for (let call = 0; call < 3; call += 1) await shop.call(grant.token, 'list_stores')
    await shop.test.gate.flush()
    const { calls } = await activity(shop.admin, { agent: grant.agentId, outcome: 'refused' })
    const story = (await shop.api.get(shop.admin, `activity/${calls[0].record}`)).body
    expect(story.why.sentence).toContain('More than 0.01 calls a second (1 at once on top, 1 at the same time)')
    expect(story.why.link.to).toBe(`/roles/${encodeURIComponent(name)}`)
  })

  it('of refusals that came in a flood is one, with their number', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const expire = "update auth.access_tokens set expires_at = now() - interval '1 second' where grant_id = $1"
    await shop.test.database.pools.auth.query(expire, [grant.grantId])
    for (let time = 0; time < 3; time += 1) await shop.call(grant.token, 'list_stores')
    await shop.test.gate.flush()
    const [line] = (await activity(shop.admin, { outcome: 'refused' })).calls
    const story = (await shop.api.get(shop.admin, `activity/${line.record}`)).body
    expect(line).toMatchObject({ kind: 'refusal', count: 3, code: 'token_expired', tool: null, agent: null })
    expect(story.folded).toMatchObject({ count: 3, from: expect.any(Number), to: expect.any(Number) })
    expect(story.steps).toMatchObject([{ name: 'authenticate', state: 'stopped' }])
    expect(story.why.sentence).toContain('access token was over')
  })
})

describe('the overview', () => {
  it('counts what was answered and what was not, says why, and how the stores are', async () => {
    const before = (await shop.api.get(shop.admin, 'overview?range=1h')).body
    const grant = await shop.grantOf(shop.viewer)
    await shop.call(grant.token, 'search_orders')
    for (let time = 0; time < 2; time += 1) await shop.call(grant.token, 'search_customers')
    const { body } = await shop.api.get(shop.admin, 'overview?range=1h')
    const total = (of: { pulse: Record<string, number>[] }, what: string) =>
      of.pulse.reduce((sum, bin) => sum + (bin[what] ?? 0), 0)
    const more = (what: string) => total(body, what) - total(before, what)
    expect([body.pulse.length, more('ok'), more('refused'), more('failed')]).toEqual([60, 1, 2, 0])
    expect(body.agents.lines.find(({ id }: { id: string }) => id === grant.agentId).hours.at(-1)).toBe(3)
    const why = body.refused.find(({ agent }: { agent: { id: string } | null }) => agent?.id === grant.agentId)
    expect(why).toMatchObject({ tool: 'search_customers', step: 'authorise', code: 'unlisted', calls: 2 })
    expect(body.stores).toMatchObject([{ handle: 'harbour', name: 'Harbour & Pine', mode: 'test' }])
    expect(body.isNew).toBe(false)
    const others = (await shop.api.get(shop.viewer, 'overview')).body
    expect(others.refused.map(({ agent }: { agent: { id: string } }) => agent.id)).toContain(grant.agentId)
  })

  it('names nobody’s agent to who may not see it', async () => {
    const [stranger, grant] = [await shop.member('viewer'), await shop.grantOf(shop.owner)]
    await shop.call(grant.token, 'search_customers')
    const { body } = await shop.api.get(stranger, 'overview')
    expect(body).toMatchObject({ refused: [], agents: { lines: [], total: 0 } })
  })

  it('says of an empty workspace that it is new', async () => {
    const empty = await shop.test.workspace('empty')
    await shop.test.foundation.jobs.inWorkspace(empty.workspaceId, (tx) =>
      tx
        .insertInto('tillgate.members')
        .values({
          ...{ workspace_id: empty.workspaceId, account_id: shop.owner.accountId, seat: 'owner', name: 'x' },
          ...{ email: shop.owner.email, created_by: 'test' },
        })
        .execute(),
    )
    const url = shop.api.at('overview').href.replace('/w/shop/', '/w/empty/')
    const cookie = shop.owner.browser.jar.header(new URL(url)) ?? ''
    expect(await (await fetch(url, { headers: { cookie } })).json()).toMatchObject({ isNew: true, refused: [] })
  })
})
