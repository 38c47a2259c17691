import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { LANDMARKS } from './landmarks.ts'
import { parseSearch } from './search-syntax.ts'
import { startTestShop, type TestShop } from './testkit.ts'

const rows = z.object({ nodes: z.array(z.record(z.string(), z.unknown())) })
let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop.close())

const FIELDS = {
  products: 'id title status vendor productType tags createdAt updatedAt',
  orders:
    'id name createdAt displayFinancialStatus displayFulfillmentStatus cancelledAt closedAt tags test email customer { id }',
  customers: 'id displayName createdAt numberOfOrders tags state defaultAddress { countryCodeV2 }',
}

async function find(root: keyof typeof FIELDS, q: string) {
  const { body } = await shop.ask(
    `query Q($q: String) { ${root}(first: 250, query: $q) { nodes { ${FIELDS[root]} } } }`,
    { q },
  )
  expect(body.errors).toBeUndefined()
  return rows.parse(body.data?.[root]).nodes
}

describe('the search syntax', () => {
  const term = (field: string | null, value: string, comparison = '=') => ({ kind: 'term', field, comparison, value })

  it.each([
    ['status:open', term('status', 'open')],
    ['title:"Harbour Mug"', term('title', 'Harbour Mug')],
    ['title:"say \\"hi\\" \\\\ bye"', term('title', 'say "hi" \\ bye')],
    ['created_at:>=2026-01-01T00:00:00Z', term('created_at', '2026-01-01T00:00:00Z', '>=')],
    ['created_at:<"2026-01-01"', term('created_at', '2026-01-01', '<')],
    ['wool mug', { kind: 'all', parts: [term(null, 'wool'), term(null, 'mug')] }],
    ['a:1 AND b:2', { kind: 'all', parts: [term('a', '1'), term('b', '2')] }],
    ['a:1 OR b:2', { kind: 'any', parts: [term('a', '1'), term('b', '2')] }],
    ['-tag:x', { kind: 'not', part: term('tag', 'x') }],
    ['NOT tag:x', { kind: 'not', part: term('tag', 'x') }],
    [
      'a:1 (b:2 OR c:3)',
      { kind: 'all', parts: [term('a', '1'), { kind: 'any', parts: [term('b', '2'), term('c', '3')] }] },
    ],
    ['"OR"', term(null, 'OR')],
  ])('reads %s', (text, expected) => {
    expect(parseSearch(text)).toEqual(expected)
  })

  it.each(['"', 'a:"', ')', '()', '(', '-', 'a:', 'OR', 'OR OR AND', '\\', 'a:\\', '(((', ') a ('])(
    'ends on the broken text %s',
    (text) => {
      expect(parseSearch(text)).toBeDefined()
    },
  )

  it('refuses deep nesting and very long text', () => {
    expect(() => parseSearch('('.repeat(100))).toThrow('nested')
    expect(() => parseSearch('a'.repeat(10_000))).toThrow('too long')
  })
})

describe('searching', () => {
  it('finds orders by status words', async () => {
    const paid = await find('orders', 'financial_status:paid fulfillment_status:unfulfilled')
    expect(paid.length).toBeGreaterThan(5)
    expect(
      paid.every(
        (order) => order.displayFinancialStatus === 'PAID' && order.displayFulfillmentStatus === 'UNFULFILLED',
      ),
    ).toBe(true)
    expect((await find('orders', 'status:cancelled')).every((order) => order.cancelledAt !== null)).toBe(true)
    expect((await find('orders', 'status:open')).every((order) => order.closedAt === null)).toBe(true)
  })

  it('finds orders by time, also with quotes, and by day', async () => {
    const week = await find('orders', 'created_at:>="2026-11-10T00:00:00Z" created_at:<2026-11-12')
    expect(week.length).toBeGreaterThan(2)
    expect(week.every((order) => /^2026-11-1[01]/.test(String(order.createdAt)))).toBe(true)
    expect(await find('orders', 'created_at:2026-11-11')).toEqual(
      week.filter((order) => String(order.createdAt).startsWith('2026-11-11')),
    )
    expect(await find('orders', 'created_at:>=whenever')).toEqual([])
  })

  it('finds an order by its name with and without the sign, by id and by e-mail', async () => {
    const { id, name } = LANDMARKS.plainOrder
    const [order] = await find('orders', `name:"${name}"`)
    expect(order?.id).toBe(id)
    expect(await find('orders', `name:${name.slice(1)}`)).toEqual([order])
    expect(await find('orders', `id:${id.split('/').at(-1)}`)).toEqual([order])
    expect(await find('orders', `email:"${order?.email}"`)).toContainEqual(order)
    expect(await find('orders', `email:"${String(order?.email).slice(0, 5)}"`)).toEqual([])
  })

  it('finds orders by customer, sku, tag and test', async () => {
    const { id } = LANDMARKS.unicodeCustomer
    const own = await find('orders', `customer_id:${id.split('/').at(-1)}`)
    expect(own.map((order) => order.customer)).toEqual(own.map(() => ({ id })))
    expect(own.length).toBeGreaterThanOrEqual(3)
    expect((await find('orders', `sku:${LANDMARKS.lowStock.sku}`)).length).toBeGreaterThan(0)
    expect(await find('orders', 'test:true')).toMatchObject([{ id: LANDMARKS.testOrder.id }])
    expect(
      (await find('orders', 'tag:gift -tag:express')).every(
        ({ tags }) => String(tags).includes('gift') && !String(tags).includes('express'),
      ),
    ).toBe(true)
  })

  it('looks for bare words in what is not personal', async () => {
    expect((await find('products', 'lantern')).some(({ title }) => title === 'Storm Lantern')).toBe(true)
    expect((await find('products', '"storm lantern"')).length).toBe(1)
    expect((await find('products', 'lanter*')).length).toBeGreaterThan(3)
    expect((await find('orders', 'lantern')).length).toBeGreaterThan(0)
    expect(await find('orders', 'Šťastná')).toEqual([])
    expect(await find('customers', 'Šťastná')).toEqual([])
    expect(await find('orders', 'neighbour')).toEqual([])
  })

  it('finds products by what describes them', async () => {
    const mugs = await find('products', 'product_type:Mugs status:active')
    expect(mugs.length).toBeGreaterThan(5)
    expect(mugs.every((product) => product.productType === 'Mugs' && product.status === 'ACTIVE')).toBe(true)
    expect(
      (await find('products', 'vendor:"Kiln Lane" OR vendor:Fjellvik')).every(({ vendor }) =>
        ['Kiln Lane', 'Fjellvik'].includes(String(vendor)),
      ),
    ).toBe(true)
    expect((await find('products', `sku:${LANDMARKS.lowStock.sku.toLowerCase()}`)).map(({ id }) => id)).toEqual([
      LANDMARKS.lowStock.productId,
    ])
    expect((await find('products', 'tag:camping')).length).toBeGreaterThan(10)
  })

  it('finds customers by what describes them', async () => {
    expect((await find('customers', 'country:Japan')).map(({ defaultAddress }) => defaultAddress)).toContainEqual({
      countryCodeV2: 'JP',
    })
    expect(await find('customers', 'country:JP')).toEqual(await find('customers', 'country:japan'))
    expect(
      (await find('customers', 'orders_count:>=10')).every(({ numberOfOrders }) => Number(numberOfOrders) >= 10),
    ).toBe(true)
    expect((await find('customers', 'state:DISABLED tag:vip')).every(({ state }) => state === 'DISABLED')).toBe(true)
    expect(
      (await find('customers', 'customer_date:<2024-01-01')).every(({ createdAt }) => String(createdAt) < '2024'),
    ).toBe(true)
  })

  it('ignores a field that does not exist', async () => {
    expect((await find('customers', 'shoe_size:44')).length).toBe(250)
    expect((await find('customers', '-constructor:1')).length).toBe(250)
  })
})
