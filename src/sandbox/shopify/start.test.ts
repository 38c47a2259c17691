import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeWorld } from './data/world.ts'
import { graphqlOver } from './graphql.ts'
import { LANDMARKS } from './landmarks.ts'
import { SAMPLE_OPERATIONS } from './sample-operations.ts'
import { MADE_ON, startTestShop, type TestShop } from './testkit.ts'
import { throttle } from './throttle.ts'

const API = '/admin/api/2026-10/graphql.json'
const WRONG_TOKEN = { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' }
const page = z.object({
  nodes: z.array(z.record(z.string(), z.unknown())),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
})

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop.close())

describe('the door of the API', () => {
  const authorised = () => ({ 'x-shopify-access-token': shop.accessToken.reveal() })

  it('refuses a wrong and a missing token as the platform does', async () => {
    expect(await shop.ask('{ shop { name } }', {}, 'shpat_wrong')).toMatchObject({ status: 401, body: WRONG_TOKEN })
    const missing = await shop.post(API, '{}')
    expect([missing.status, await missing.json()]).toEqual([401, WRONG_TOKEN])
  })

  it('knows one version and one method', async () => {
    expect((await shop.post('/admin/api/2026-07/graphql.json', '{}', authorised())).status).toBe(404)
    expect((await fetch(shop.url + API, { headers: authorised() })).status).toBe(404)
  })

  it('refuses another content type, broken JSON, a missing query and a large body', async () => {
    const send = async (body: string, headers = {}) =>
      (await shop.post(API, body, { ...authorised(), ...headers })).status
    expect(await send('{}', { 'content-type': 'text/plain' })).toBe(415)
    expect(await send('{"query":')).toBe(400)
    expect(await send('[]')).toBe(400)
    expect(await send('{"variables":{}}')).toBe(400)
    expect(await send(JSON.stringify({ query: ' '.repeat(1_100_000) }))).toBe(413)
  })

  it('answers errors of the query with status 200', async () => {
    const cases = [
      '{ shop { shoeSize } }',
      '{ order(id: 1.5) { id } }',
      '{ shop {',
      'query A { shop { id } } query B { shop { id } }',
    ]
    for (const query of cases) {
      const { status, body } = await shop.ask(query)
      expect([status, Array.isArray(body.errors), body.data ?? null]).toEqual([200, true, null])
    }
    expect((await shop.ask('query Q($id: ID!) { order(id: $id) { id } }', {})).body.errors).toBeDefined()
  })

  it('listens on this machine only and says when its port is taken', async () => {
    expect(shop.url).toBe(`http://127.0.0.1:${shop.port}`)
    await expect(startTestShop({ port: shop.port })).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('tokens', () => {
  const exchange = (body: string, type = 'application/json') =>
    shop.post('/admin/oauth/access_token', body, { 'content-type': type })
  const client = () => ({
    client_id: shop.clientId,
    client_secret: shop.clientSecret.reveal(),
    grant_type: 'client_credentials',
  })
  const issued = z.object({ access_token: z.string(), scope: z.string(), expires_in: z.number() })

  it('are issued to the right client, from JSON and from a form, and end by the clock', async () => {
    const token = issued.parse(await (await exchange(JSON.stringify(client()))).json())
    expect(token).toMatchObject({ scope: expect.stringContaining('read_orders'), expires_in: 86_399 })
    const form = await exchange(String(new URLSearchParams(client())), 'application/x-www-form-urlencoded')
    expect(issued.parse(await form.json()).access_token).not.toBe(token.access_token)
    expect((await shop.ask('{ shop { name } }', {}, token.access_token)).body.data).toEqual({
      shop: { name: 'Harbour & Pine' },
    })
    shop.advance(86_399_000)
    expect((await shop.ask('{ shop { name } }', {}, token.access_token)).status).toBe(401)
    expect((await shop.ask('{ shop { name } }')).status).toBe(200)
  })

  it.each([
    ['{"client_id":"x"}', 'application/json'],
    ['{', 'application/json'],
    ['a=b', 'text/plain'],
  ])('are not issued for %s', async (body, type) => {
    expect((await exchange(body, type)).status).toBe(400)
  })

  it('are not issued for a wrong secret', async () => {
    const answer = await exchange(JSON.stringify({ ...client(), client_secret: 'wrong' }))
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_client' }])
  })

  it('are the same after a restart and do not print themselves', async () => {
    const again = await startTestShop()
    expect(again.accessToken.reveal()).toBe(shop.accessToken.reveal())
    expect(JSON.stringify(again)).not.toContain(shop.accessToken.reveal())
    await again.close()
  })
})

describe('scopes', () => {
  it('close the field that needs one, and leave the rest', async () => {
    const narrow = await startTestShop({ scopes: ['read_orders', 'read_all_orders'] })
    const { body } = await narrow.ask(SAMPLE_OPERATIONS.GetOrder, { id: LANDMARKS.plainOrder.id })
    expect(z.array(z.object({ path: z.array(z.union([z.string(), z.number()])) })).parse(body.errors)).toContainEqual({
      path: ['order', 'customer'],
    })
    expect(body.data).toMatchObject({ order: { name: LANDMARKS.plainOrder.name, customer: null } })
    const denied = await narrow.ask('{ customers(first: 1) { nodes { id } } }')
    expect(denied.body).toMatchObject({
      data: null,
      errors: [{ path: ['customers'], extensions: { code: 'ACCESS_DENIED' } }],
    })
    await narrow.close()
  })

  it('hide orders of more than 60 days without a word when not all orders are granted', async () => {
    const recent = await startTestShop({ scopes: ['read_orders'] })
    const { body } = await recent.ask('{ orders(first: 1, sortKey: CREATED_AT) { nodes { createdAt } } }')
    expect(JSON.stringify(body.data)).toMatch(/2026-09-2[1-9]/)
    expect(
      (await recent.ask('query Q($id: ID!) { order(id: $id) { id } }', { id: LANDMARKS.oldOrder.id })).body.data,
    ).toEqual({ order: null })
    await recent.close()
  })

  it('are listed for the app', async () => {
    const { body } = await shop.ask(SAMPLE_OPERATIONS.ShopInfo)
    expect(JSON.stringify(body.data)).toContain('read_discounts')
    expect(body.data).toMatchObject({ shop: { currencyCode: 'EUR', plan: { partnerDevelopment: true } } })
  })
})

describe('pages', () => {
  it('follow one another to the end without a gap or a repeat', async () => {
    const seen: unknown[] = []
    let after: string | null = null
    do {
      const { body } = await shop.ask(SAMPLE_OPERATIONS.SearchOrders, { n: 200, after })
      const { nodes, pageInfo } = page.parse(body.data?.orders)
      seen.push(...nodes.map(({ name }) => name))
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    } while (after !== null)
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, index) => `#${3000 - index}`))
  })

  it('stay in order with a filter, backwards and inside an object', async () => {
    const titles = async (reverse: boolean) => {
      const { body } = await shop.ask(SAMPLE_OPERATIONS.SearchProducts, {
        n: 200,
        q: 'status:active',
        sort: 'TITLE',
        reverse,
      })
      return page.parse(body.data?.products).nodes.map(({ title }) => title)
    }
    expect(await titles(true)).toEqual((await titles(false)).toReversed())
    const { body } = await shop.ask(
      'query Q($id: ID!) { product(id: $id) { variants(first: 3) { nodes { position } pageInfo { hasNextPage endCursor } } } }',
      {
        id: LANDMARKS.fourVariants.id,
      },
    )
    expect(body.data).toMatchObject({
      product: { variants: { nodes: [{ position: 1 }, {}, {}], pageInfo: { hasNextPage: true } } },
    })
  })

  it('are refused above 250, without a size and with a foreign cursor', async () => {
    const { body } = await shop.ask('{ products(first: 1, sortKey: TITLE) { pageInfo { endCursor } } }')
    const cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(body.data))?.[1]
    for (const args of [
      'first: 251',
      'sortKey: ID',
      'first: -1',
      'first: 1, after: "x"',
      `first: 1, after: "${cursor}"`,
    ]) {
      expect((await shop.ask(`{ products(${args}) { nodes { id } } }`)).body.errors).toBeDefined()
    }
    expect(
      (await shop.ask(`{ products(first: 1, sortKey: TITLE, after: "${cursor}") { nodes { id } } }`)).body.errors,
    ).toBeUndefined()
  })
})

describe('the throttle', () => {
  it('tells the cost, refuses when too little is left, and fills with the clock', async () => {
    const small = await startTestShop({ throttle: { maximumAvailable: 100, restoreRate: 10 } })
    const ask = () => small.ask('{ orders(first: 60) { nodes { id } } }')
    expect((await ask()).body.extensions).toEqual({
      cost: {
        requestedQueryCost: 62,
        actualQueryCost: 61,
        throttleStatus: { maximumAvailable: 100, currentlyAvailable: 39, restoreRate: 10 },
      },
    })
    const refused = await ask()
    expect(refused.status).toBe(200)
    expect(refused.body).toMatchObject({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: {
        cost: { requestedQueryCost: 62, actualQueryCost: null, throttleStatus: { currentlyAvailable: 39 } },
      },
    })
    small.advance(2_300)
    expect((await ask()).body.errors).toBeUndefined()
    await small.close()
  })

  it('refuses a query that is dearer than any may be', async () => {
    const query = '{ orders(first: 250) { nodes { lineItems(first: 10) { nodes { id } } } } }'
    expect((await shop.ask(query)).body.errors).toMatchObject([{ extensions: { code: 'MAX_COST_EXCEEDED' } }])
  })
})

describe('objects', () => {
  it('that do not exist are null, and a broken id is an error', async () => {
    const query = 'query Q($id: ID!) { order(id: $id) { id } }'
    expect((await shop.ask(query, { id: 'gid://shopify/Order/1' })).body.data).toEqual({ order: null })
    expect((await shop.ask(query, { id: LANDMARKS.draft.id })).body.data).toEqual({ order: null })
    expect((await shop.ask(query, { id: '1001' })).body.errors).toBeDefined()
  })

  it('show stock at three places', async () => {
    const { body } = await shop.ask(SAMPLE_OPERATIONS.VariantsBySku, { q: `sku:${LANDMARKS.lowStock.sku}` })
    const id = /InventoryItem\/\d+/.exec(JSON.stringify(body.data))?.[0]
    const levels = await shop.ask(SAMPLE_OPERATIONS.InventoryLevels, { id: `gid://shopify/${id}` })
    expect(levels.body.data).toMatchObject({
      inventoryItem: {
        inventoryLevels: { nodes: [{ quantities: [{ name: 'available', quantity: 2 }, {}, {}] }, {}, {}] },
      },
    })
    expect((await shop.ask(SAMPLE_OPERATIONS.ListLocations)).body.data).toMatchObject({
      locations: { nodes: [{}, {}, {}] },
    })
  })

  it('are read again and again in well under a millisecond each', async () => {
    const bucket = throttle(() => MADE_ON, { maximumAvailable: 1e9, restoreRate: 1 })
    const graphql = graphqlOver(makeWorld(MADE_ON, 1), bucket)
    const request = {
      query: SAMPLE_OPERATIONS.GetOrder,
      variables: { id: LANDMARKS.plainOrder.id },
      operationName: null,
    }
    const granted = { scopes: new Set(['read_orders', 'read_customers', 'read_products']), ordersSince: '' }
    const round = async () => {
      const start = performance.now()
      for (let n = 0; n < 100; n += 1) JSON.stringify(await graphql.answer(request, granted))
      return (performance.now() - start) / 100
    }
    const rounds = [await round(), await round(), await round(), await round(), await round()]
    expect(Math.min(...rounds)).toBeLessThan(1)
  })
})

describe('closing', () => {
  it('ends open connections', async () => {
    const own = await startTestShop()
    own.setFault({ operation: '*', fault: 'timeout', times: 1 })
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': own.accessToken.reveal() }
    const ended = new Promise((resolve) => {
      const call = request(own.url + API, { method: 'POST', headers })
      call.on('error', resolve)
      call.end('{"query":"{ shop { id } }"}')
    })
    while (own.calls().total === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await own.close()
    expect(await ended).toMatchObject({ code: 'ECONNRESET' })
  })
})
