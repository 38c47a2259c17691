import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INNER_DETAIL } from './fault-replies.ts'
import { FAULTS, type Fault } from './faults.ts'
import { LANDMARKS } from './landmarks.ts'
import { SAMPLE_OPERATIONS } from './sample-operations.ts'
import { startTestShop, type TestShop } from './testkit.ts'

const API = '/admin/api/2026-10/graphql.json'
let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop.close())

/** The raw answer of `GetOrder` under a fault; the next call must be right again. */
async function meet(fault: Fault, signal?: AbortSignal) {
  shop.setFault({ operation: 'GetOrder', fault, times: 1 })
  const headers = { 'content-type': 'application/json', 'x-shopify-access-token': shop.accessToken.reveal() }
  const body = JSON.stringify({ query: SAMPLE_OPERATIONS.GetOrder, variables: { id: LANDMARKS.plainOrder.id } })
  const response = await fetch(shop.url + API, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: signal ?? null,
  })
  return { response, text: await response.text() }
}

/** What the state answers to a browser that was told another name for this machine. */
function statusUnderHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${shop.url}/_sandbox/state`, { headers: { host }, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject)
  })
}

describe('a fault', () => {
  it.each([
    ['401', 401],
    ['403', 403],
    ['404', 404],
    ['429', 429],
    ['500', 500],
  ] as const)('%s answers with that status', async (fault, status) => {
    const { response, text } = await meet(fault)
    expect(response.status).toBe(status)
    expect(JSON.parse(text).errors).toBeTypeOf('string')
    expect(response.headers.get('retry-after')).toBe(fault === '429' ? '2' : null)
    expect(text.includes(INNER_DETAIL)).toBe(fault === '500')
  })

  it('timeout never answers', async () => {
    await expect(meet('timeout', AbortSignal.timeout(150))).rejects.toThrow()
  })

  it('reset breaks the connection', async () => {
    await expect(meet('reset')).rejects.toThrow()
  })

  it('slow answers rightly, but late', async () => {
    const start = performance.now()
    expect((await meet('slow:120')).text).toContain(LANDMARKS.plainOrder.name)
    expect(performance.now() - start).toBeGreaterThan(110)
  })

  it('garbage, html and truncated are no JSON', async () => {
    for (const fault of ['garbage', 'html', 'truncated'] as const) {
      const { response, text } = await meet(fault)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain(fault === 'html' ? 'text/html' : 'application/json')
      expect(() => JSON.parse(text)).toThrow()
    }
  })

  it('huge is 10 MB of JSON without a length', async () => {
    const { response, text } = await meet('huge')
    expect(response.headers.get('content-length')).toBeNull()
    expect(text.length).toBeGreaterThan(10 * 1024 * 1024)
    expect(Object.keys(JSON.parse(text))).toEqual(['data'])
  })

  it('throttled and null_data are errors in a body with status 200', async () => {
    const throttled = JSON.parse((await meet('throttled')).text)
    expect(throttled).toMatchObject({
      errors: [{ extensions: { code: 'THROTTLED' } }],
      extensions: { cost: { actualQueryCost: null } },
    })
    expect(JSON.parse((await meet('null_data')).text)).toEqual({ data: null })
  })

  it('user_errors empties the root field', async () => {
    const { data } = JSON.parse((await meet('user_errors')).text)
    expect(data.order).toMatchObject({ id: null, userErrors: [{ field: ['input', 'id'] }] })
  })

  it('unknown_fields adds members to every object', async () => {
    const { data } = JSON.parse((await meet('unknown_fields')).text)
    for (const object of [data, data.order, data.order.lineItems.nodes[0]])
      expect(object.sandboxUnknownField).toBeDefined()
    expect(data.order.name).toBe(LANDMARKS.plainOrder.name)
  })

  it('bad_enum changes enum values and nothing else', async () => {
    const { data } = JSON.parse((await meet('bad_enum')).text)
    expect(data.order.displayFinancialStatus).toMatch(/^Agent:/)
    expect(data.order.currentTotalPriceSet.shopMoney.currencyCode).toMatch(/^Agent:/)
    expect(data.order.name).toBe(LANDMARKS.plainOrder.name)
  })

  it('redirect points at a place that counts who follows', async () => {
    const { response } = await meet('redirect')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/_sandbox/redirected'])
    await fetch(`${shop.url}/_sandbox/redirected`)
    expect(await (await fetch(`${shop.url}/_sandbox/state`)).json()).toMatchObject({ redirectsFollowed: 1 })
  })

  it('hits the named operation as often as ordered, and the star hits all but the token', async () => {
    const ask = async () => (await shop.ask('query Other { shop { id } }')).status
    shop.setFault({ operation: 'GetOrder', fault: '500', times: 1 })
    expect(await ask()).toBe(200)
    expect((await shop.ask(SAMPLE_OPERATIONS.GetOrder, { id: LANDMARKS.plainOrder.id })).status).toBe(500)
    shop.setFault({ operation: '*', fault: '403', times: 2 })
    expect((await shop.post('/admin/oauth/access_token', '{}')).status).toBe(400)
    expect([await ask(), await ask(), await ask()]).toEqual([403, 403, 200])
    shop.setFault({ operation: 'token', fault: '500', times: 1 })
    expect((await shop.post('/admin/oauth/access_token', '{}')).status).toBe(500)
  })
})

describe('the control interface', () => {
  const order = (body: string, headers = {}) => shop.post('/_sandbox/faults', body, headers)

  it('takes an order and takes it back', async () => {
    const set = await order('{"operation":"X","fault":"slow:20","times":3}')
    expect([set.status, await set.json()]).toEqual([200, { faults: [{ operation: 'X', fault: 'slow:20', times: 3 }] }])
    expect(await (await order('{"operation":"X","fault":"401","times":0}')).json()).toEqual({ faults: [] })
  })

  it.each([
    '',
    '[]',
    '{"operation":"X","fault":"401"}',
    '{"operation":"X","fault":"nonsense","times":1}',
    '{"operation":"X","fault":"slow","times":1}',
    '{"operation":"X","fault":"slow:0","times":1}',
    '{"operation":"X","fault":"slow:999999","times":1}',
    '{"operation":"a b","fault":"401","times":1}',
    '{"operation":"X","fault":"401","times":1.5}',
    '{"operation":"X","fault":"401","times":-1}',
    '{"operation":"X","fault":"401","times":1,"extra":1}',
  ])('refuses %s with a sentence', async (body) => {
    const answer = await order(body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/\.$/) })
  })

  it('refuses what a web page could send', async () => {
    const good = '{"operation":"X","fault":"401","times":1}'
    expect((await order(good, { origin: 'https://shop.example.com' })).status).toBe(403)
    expect((await order(good, { 'content-type': 'text/plain' })).status).toBe(400)
    expect(await statusUnderHost('shop.example.com')).toBe(403)
    expect(await statusUnderHost(`localhost:${shop.port}`)).toBe(200)
  })

  it('lists and counts calls with what they asked', async () => {
    const own = await startTestShop()
    await own.ask(SAMPLE_OPERATIONS.GetOrder, { id: LANDMARKS.plainOrder.id })
    await own.ask('{ shop { id } }')
    await own.ask('{ shop {')
    await own.ask('{ shop { id } }', {}, 'wrong')
    const calls = await (await fetch(`${own.url}/_sandbox/calls`)).json()
    expect(calls).toEqual(own.calls())
    expect(calls).toMatchObject({
      total: 4,
      effects: 0,
      counts: { GetOrder: 1, '(unnamed)': 1, '(invalid)': 1, '(refused)': 1 },
      calls: [{ n: 1, variables: { id: LANDMARKS.plainOrder.id }, status: 200, fault: null }, {}, {}, { status: 401 }],
    })
    await own.close()
  })

  it('tells the state without a secret', async () => {
    const text = await (await fetch(`${shop.url}/_sandbox/state`)).text()
    expect(JSON.parse(text)).toMatchObject({
      shop: shop.shop,
      currency: 'EUR',
      rows: { orders: 2000 },
      effects: 0,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    for (const secret of [shop.accessToken, shop.clientSecret]) expect(text).not.toContain(secret.reveal())
  })

  it('knows nothing else', async () => {
    expect((await fetch(`${shop.url}/_sandbox/other`)).status).toBe(404)
  })

  it('has a sentence about every fault', () => {
    for (const sentence of Object.values(FAULTS)) expect(sentence.length).toBeGreaterThan(5)
  })
})
