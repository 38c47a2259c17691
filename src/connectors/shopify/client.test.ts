import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import type { OpenStore } from '../connector.ts'
import { createEgress } from '../egress.ts'
import { createShopifyConnector } from './connector.ts'

type Asked = { path: string; token: string | undefined; body: string }
type Reply = { status?: number; headers?: Record<string, string>; body?: unknown; silent?: boolean }

const TOKEN = 'shpat_0123456789abcdef0123456789abcdef'
const CLIENT_SECRET = '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'
const SHOP = {
  data: {
    shop: { name: 'Harbour', currencyCode: 'EUR', ianaTimezone: 'Europe/Berlin' },
    currentAppInstallation: { accessScopes: [{ handle: 'read_orders' }] },
  },
}
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A loopback store that answers as told, one reply after another; the last one stays. */
async function startStore(reply: (asked: Asked, number: number) => Reply) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    readAll(request).then((body) => {
      const one = { path: request.url ?? '', token: request.headers['x-shopify-access-token']?.toString(), body }
      asked.push(one)
      write(response, reply(one, asked.length))
    }, response.destroy)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const egress = createEgress({ allow: [host] })
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await egress.close()
  })
  return { origin: `http://${host}`, egress, asked }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

function write(response: ServerResponse, { status = 200, headers = {}, body = SHOP, silent = false }: Reply): void {
  if (silent) return
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
}

function openStore(origin: string, credential: unknown = { kind: 'static', token: TOKEN }): OpenStore {
  return {
    id: 'st_1',
    handle: 'harbour',
    name: 'Harbour',
    mode: 'test',
    currency: 'EUR',
    origin,
    credential: new Secret(typeof credential === 'string' ? credential : JSON.stringify(credential)),
    credentialVersion: 1,
  }
}

const CLIENT = { kind: 'client_credentials', client_id: 'id', client_secret: CLIENT_SECRET }

async function startGate(
  reply: (asked: Asked, number: number) => Reply,
  { credential, withinMs = 5000 }: { credential?: unknown; withinMs?: number } = {},
) {
  const store = await startStore(reply)
  const waits: number[] = []
  let now = Date.now()
  const connector = createShopifyConnector({
    egress: store.egress,
    clock: () => now,
    sleep: async (ms) => {
      waits.push(ms)
      now += ms
    },
  })
  const open = openStore(store.origin, credential)
  const getStore = async () => connector.tools.get_store?.({ store: open, input: {}, deadline: now + withinMs })
  return { ...store, getStore, connector, open, waits, pass: (ms: number) => (now += ms) }
}

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const graphqlError = (code: string, extra: object = {}) => ({
  data: null,
  errors: [{ message: `upstream words about ${TOKEN}`, extensions: { code } }],
  ...extra,
})
const throttledBy = (requestedQueryCost: number, currentlyAvailable: number, restoreRate: number) =>
  graphqlError('THROTTLED', {
    extensions: {
      cost: {
        requestedQueryCost,
        actualQueryCost: null,
        throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate },
      },
    },
  })

describe('a call of a store', () => {
  it('posts the fixed document of the pinned version, and the token only in its header', async () => {
    const gate = await startGate(() => ({}))
    await gate.getStore()
    expect(gate.asked[0]?.path).toBe('/admin/api/2026-10/graphql.json')
    expect(gate.asked[0]?.token).toBe(TOKEN)
    expect(gate.asked[0]?.body).not.toContain(TOKEN)
  })

  it.each<[string, string, Reply]>([
    ['401', 'store_auth_failed', { status: 401 }],
    ['403', 'store_refused', { status: 403 }],
    ['402', 'store_refused', { status: 402 }],
    ['404', 'store_unavailable', { status: 404, body: '<h1>Not Found</h1>' }],
    ['500', 'store_unavailable', { status: 500, body: '<h1>Oops</h1>' }],
    ['a redirect', 'store_bad_answer', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['an empty answer', 'store_bad_answer', { body: '' }],
    ['HTML', 'store_bad_answer', { body: `<html>${TOKEN}</html>` }],
    ['cut off JSON', 'store_bad_answer', { body: JSON.stringify(SHOP).slice(0, -9) }],
    ['JSON of another shape', 'store_bad_answer', { body: { data: { shop: { name: 7 } } } }],
    ['no data', 'store_bad_answer', { body: { data: null } }],
    ['a list', 'store_bad_answer', { body: [SHOP] }],
    ['10 MB', 'answer_too_large', { body: 'x'.repeat(10_000_000) }],
    ['an unknown GraphQL error', 'store_bad_answer', { body: graphqlError('WHAT') }],
    ['a GraphQL error beside data', 'store_bad_answer', { body: { ...graphqlError('WHAT'), data: SHOP.data } }],
    ['an internal GraphQL error', 'store_unavailable', { body: graphqlError('INTERNAL_SERVER_ERROR') }],
    ['ACCESS_DENIED', 'store_refused', { body: graphqlError('ACCESS_DENIED') }],
    ['user errors', 'store_refused', { body: { data: { ...SHOP.data, x: { userErrors: [{ message: 'm' }] } } } }],
    [
      'an ignored filter',
      'unsupported_by_store',
      { body: { ...SHOP, extensions: { search: [{ warnings: [{ field: 'x' }] }] } } },
    ],
    ['an endless 429', 'store_throttled', { status: 429 }],
    ['an endless THROTTLED', 'store_throttled', { body: throttledBy(10, 0, 100) }],
  ])('that gets %s fails with %s and tells nothing of what came', async (_, code, reply) => {
    const gate = await startGate(() => reply)
    const error = await failureOf(gate.getStore())
    expect(error).toMatchObject({ code })
    expect(inspect(error, { depth: 9 })).not.toMatch(/shpat_|upstream words|<h|Oops/)
  })

  it('that gets no answer in its time fails with store_timeout', async () => {
    const gate = await startGate(() => ({ silent: true }), { withinMs: 60 })
    expect(await failureOf(gate.getStore())).toMatchObject({ code: 'store_timeout' })
  })

  it('that has no time left is not sent', async () => {
    const gate = await startGate(() => ({}), { withinMs: 0 })
    expect(await failureOf(gate.getStore())).toMatchObject({ code: 'store_timeout' })
    expect(gate.asked).toHaveLength(0)
  })

  it('never goes to a host that is neither Shopify nor an exception of the operator', async () => {
    const gate = await startGate(() => ({}))
    const ask = (origin: string) =>
      gate.connector.tools.get_store?.({ store: openStore(origin), input: {}, deadline: Date.now() + 5000 })
    for (const origin of ['https://evil.example.com', 'http://127.0.0.1:1', 'http://localhost', 'https://[::1]:8443'])
      expect(await failureOf(Promise.resolve(ask(origin)))).toMatchObject({ code: 'not_allowed' })
    expect(gate.asked).toHaveLength(0)
  })

  it('names the scopes that the app lacks', async () => {
    const gate = await startGate(() => ({ status: 403 }))
    const call = { store: gate.open, input: { id: '1' }, deadline: Date.now() + 5000 }
    const error = await failureOf(Promise.resolve(gate.connector.tools.get_order?.(call)))
    expect(error).toMatchObject({ message: expect.stringContaining('read_orders, read_customers') })
  })

  it('counts what the platform sent beyond the question', async () => {
    const gate = await startGate(() => ({
      body: { data: { ...SHOP.data, shop: { ...SHOP.data.shop, email: 'x' }, y: {} } },
    }))
    expect(await gate.getStore()).toMatchObject({ unknownFields: 2 })
  })
})

describe('a throttled call', () => {
  it('waits as long as the store needs for the points, then succeeds', async () => {
    const gate = await startGate((_, number) => (number === 1 ? { body: throttledBy(52, 12, 50) } : {}))
    expect(await gate.getStore()).toMatchObject({ value: { name: 'Harbour' } })
    expect(gate.waits).toEqual([800])
  })

  it('waits as Retry-After says', async () => {
    const gate = await startGate((_, number) =>
      number === 1 ? { status: 429, headers: { 'retry-after': '2.0' } } : {},
    )
    await gate.getStore()
    expect(gate.waits).toEqual([2000])
  })

  it('is tried four times in all', async () => {
    const gate = await startGate(() => ({ body: throttledBy(10, 0, 100) }))
    await failureOf(gate.getStore())
    expect(gate.asked).toHaveLength(4)
  })

  it('that would outlast its time fails at once with the seconds to wait', async () => {
    const gate = await startGate(() => ({ body: throttledBy(1000, 0, 100) }))
    expect(await failureOf(gate.getStore())).toMatchObject({ code: 'store_throttled', retryAfterS: 10 })
    expect(gate.waits).toEqual([])
  })
})

describe('client credentials', () => {
  const issue = (number: number, expires_in = 86_399): Reply => ({
    body: { access_token: `shpat_${number}`, scope: '', expires_in },
  })
  const isExchange = ({ path }: Asked) => path === '/admin/oauth/access_token'

  it('are exchanged once for 20 calls at the same time', async () => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? issue(n) : {}), { credential: CLIENT })
    await Promise.all(Array.from({ length: 20 }, () => gate.getStore()))
    const [exchange, ...calls] = gate.asked
    expect(gate.asked.filter(isExchange)).toHaveLength(1)
    expect(exchange?.body).toBe(`grant_type=client_credentials&client_id=id&client_secret=${CLIENT_SECRET}`)
    expect(new Set(calls.map((call) => call.token))).toEqual(new Set(['shpat_1']))
  })

  it('are exchanged again five minutes before the token ends, once for all', async () => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? issue(n, 3600) : {}), { credential: CLIENT })
    await gate.getStore()
    gate.pass(3_299_000)
    await gate.getStore()
    expect(gate.asked.filter(isExchange)).toHaveLength(1)
    gate.pass(2000)
    await Promise.all(Array.from({ length: 20 }, () => gate.getStore()))
    expect(gate.asked.filter(isExchange)).toHaveLength(2)
  })

  it('are exchanged once more when the store refuses the token, once for 20 calls', async () => {
    const gate = await startGate(
      (asked, n) => (isExchange(asked) ? issue(n) : asked.token === 'shpat_1' ? { status: 401 } : {}),
      { credential: CLIENT },
    )
    const answers = await Promise.all(Array.from({ length: 20 }, () => gate.getStore()))
    expect(answers.every((answer) => answer?.value.name === 'Harbour')).toBe(true)
    expect(gate.asked.filter(isExchange)).toHaveLength(2)
  })

  it('that keep being refused fail after the second token', async () => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? issue(n) : { status: 401 }), { credential: CLIENT })
    expect(await failureOf(gate.getStore())).toMatchObject({ code: 'store_auth_failed' })
    expect(gate.asked).toHaveLength(4)
  })

  it('of another store never share a token', async () => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? issue(n) : {}), { credential: CLIENT })
    await gate.getStore()
    const store = { ...gate.open, id: 'st_2' }
    await gate.connector.tools.get_store?.({ store, input: {}, deadline: Date.now() + 5000 })
    expect(gate.asked.map(({ token }) => token)).toEqual([undefined, 'shpat_1', undefined, 'shpat_3'])
  })

  it('of a new version are exchanged anew', async () => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? issue(n) : {}), { credential: CLIENT })
    await gate.getStore()
    const store = { ...gate.open, credentialVersion: 2 }
    await gate.connector.tools.get_store?.({ store, input: {}, deadline: Date.now() + 5000 })
    expect(gate.asked.filter(isExchange)).toHaveLength(2)
  })

  it.each<[string, string, Reply]>([
    ['400', 'store_auth_failed', { status: 400, body: { error: 'invalid_client' } }],
    ['401', 'store_auth_failed', { status: 401 }],
    ['429', 'store_throttled', { status: 429 }],
    ['503', 'store_unavailable', { status: 503 }],
    ['garbage', 'store_bad_answer', { body: '<html>' }],
    ['a token with a line break', 'store_bad_answer', { body: { access_token: 'a\r\nb', expires_in: 1 } }],
  ])('whose exchange gets %s fail with %s and are tried anew by the next call', async (_, code, reply) => {
    const gate = await startGate((asked, n) => (isExchange(asked) ? (n === 1 ? reply : issue(n)) : {}), {
      credential: CLIENT,
    })
    const error = await failureOf(gate.getStore())
    expect(error).toMatchObject({ code })
    expect(inspect(error, { depth: 9 })).not.toContain(CLIENT_SECRET)
    expect(await gate.getStore()).toMatchObject({ value: { name: 'Harbour' } })
  })

  it.each([
    'not json but shpat_x',
    '{}',
    '{"kind":"static"}',
    '{"kind":"static","token":"a\\nb"}',
    '{"kind":"static","token":"shpat_x","x":1}',
  ])('of another shape (%s) open nothing and are not shown', async (credential) => {
    const gate = await startGate(() => ({}), { credential })
    const error = await failureOf(gate.getStore())
    expect(error).toMatchObject({ code: 'store_auth_failed' })
    expect(inspect(error, { depth: 9 })).not.toContain('shpat_x')
    expect(gate.asked).toHaveLength(0)
  })
})

describe('the stock of variants', () => {
  const level = (n: number) => ({
    location: { id: `gid://shopify/Location/${n}`, name: `L${n}` },
    quantities: [{ name: 'available', quantity: n }],
  })
  const levels = (from: number, to: number, endCursor: string | null) => ({
    nodes: Array.from({ length: to - from + 1 }, (_, n) => level(from + n)),
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
  })
  const productVariant = {
    id: 'gid://shopify/ProductVariant/1',
    sku: 'A',
    product: { id: 'gid://shopify/Product/1', title: 'T' },
    inventoryItem: { id: 'gid://shopify/InventoryItem/1', tracked: true, inventoryLevels: levels(1, 10, 'c10') },
  }

  it('is given only for the very stock keeping unit, however loosely the store matches', async () => {
    const nodes = [productVariant, { ...productVariant, sku: 'A-1' }, { ...productVariant, sku: 'a' }]
    const inventoryLevels = levels(1, 1, null)
    const reply = nodes.map((node) => ({ ...node, inventoryItem: { ...node.inventoryItem, inventoryLevels } }))
    const gate = await startGate(() => ({ body: { data: { productVariants: { nodes: reply } } } }))
    const call = { store: gate.open, input: { sku: 'A' }, deadline: Date.now() + 5000 }
    const answer = await gate.connector.tools.get_inventory?.(call)
    expect(answer?.value.variants.map(({ sku }) => sku)).toEqual(['A'])
  })

  it('is read to the last location', async () => {
    const gate = await startGate(({ body }) => {
      if (body.includes('InventoryOfVariant')) return { body: { data: { productVariant } } }
      const rest = body.includes('"after":"c10"') ? levels(11, 20, 'c20') : levels(21, 25, null)
      return { body: { data: { inventoryItem: { inventoryLevels: rest } } } }
    })
    const call = { store: gate.open, input: { variant_id: '1' }, deadline: Date.now() + 5000 }
    const answer = await gate.connector.tools.get_inventory?.(call)
    expect(answer?.value.variants[0]?.levels.map((one) => one.available)).toEqual(
      Array.from({ length: 25 }, (_, n) => n + 1),
    )
  })
})
