import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import type { OpenStore } from '../connector.ts'
import { createEgress } from '../egress.ts'
import { createShopifyConnector } from './connector.ts'

const money = { shopMoney: { amount: '1.00', currencyCode: 'EUR' } }
const skus = (sku: string | null, hasNextPage = false) => ({ nodes: [{ sku }], pageInfo: { hasNextPage } })

const order = (n: number, extra: object) => ({
  id: `gid://shopify/Order/${n}`,
  name: `#${n}`,
  createdAt: `2026-01-0${n}T00:00:00Z`,
  updatedAt: `2026-02-0${n}T00:00:00Z`,
  cancelledAt: null,
  closedAt: null,
  test: false,
  displayFinancialStatus: 'PAID',
  displayFulfillmentStatus: 'FULFILLED',
  currentTotalPriceSet: money,
  customer: { id: 'gid://shopify/Customer/1' },
  email: 'ann@example.com',
  tags: ['a'],
  lineItems: skus('A-1'),
  ...extra,
})
const ORDERS = [
  order(1, {}),
  order(2, {
    cancelledAt: '2026-01-02T00:00:00Z',
    closedAt: '2026-01-02T00:00:00Z',
    test: true,
    displayFinancialStatus: 'PENDING',
    displayFulfillmentStatus: 'ON_HOLD',
    customer: null,
    email: 'joann@example.com',
    tags: ['a b'],
    lineItems: skus('A-1-XL'),
  }),
]

const product = (n: number, extra: object) => ({
  id: `gid://shopify/Product/${n}`,
  title: 'T',
  status: 'ACTIVE',
  vendor: 'Ann',
  productType: 'Mug',
  totalInventory: 1,
  updatedAt: `2026-01-0${n}T00:00:00Z`,
  priceRangeV2: { minVariantPrice: money.shopMoney, maxVariantPrice: money.shopMoney },
  tags: ['a'],
  variants: skus('A-1'),
  ...extra,
})
const PRODUCTS = [
  product(1, {}),
  product(2, { status: 'UNLISTED', vendor: 'Ann & Co', productType: 'Mugs', tags: ['ab'], variants: skus(null) }),
]

const customer = (n: number, extra: object) => ({
  id: `gid://shopify/Customer/${n}`,
  displayName: 'Ann',
  state: 'ENABLED',
  numberOfOrders: '7',
  createdAt: `2026-01-0${n}T00:00:00Z`,
  amountSpent: money.shopMoney,
  defaultEmailAddress: { emailAddress: 'ann@example.com' },
  defaultAddress: { countryCodeV2: 'JP' },
  defaultPhoneNumber: { phoneNumber: '+49 151 1234567' },
  tags: ['a'],
  ...extra,
})
const CUSTOMERS = [
  customer(1, {}),
  customer(2, {
    numberOfOrders: '1',
    defaultEmailAddress: null,
    defaultAddress: null,
    defaultPhoneNumber: null,
    tags: [],
  }),
]

let pages: { nodes: object[]; hasNextPage: boolean }[] = []
let asked = 0
const server = createServer((_, response) => {
  asked += 1
  const page = pages.length > 1 ? pages.shift() : pages[0]
  const connection = { nodes: page?.nodes, pageInfo: { hasNextPage: page?.hasNextPage, endCursor: `c${asked}` } }
  response.end(JSON.stringify({ data: { orders: connection, products: connection, customers: connection } }))
})
let store: OpenStore
let egress: ReturnType<typeof createEgress>
let tools: ReturnType<typeof createShopifyConnector>['tools']

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  egress = createEgress({ allow: [host] })
  tools = createShopifyConnector({ egress, clock: Date.now }).tools
  const credential = new Secret('{"kind":"static","token":"shpat_x"}')
  store = {
    id: 's',
    handle: 'harbour',
    name: 'H',
    mode: 'test',
    currency: 'EUR',
    origin: `http://${host}`,
    credential,
    credentialVersion: 1,
  }
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await egress.close()
})

type Named = 'search_orders' | 'search_products' | 'search_customers'

async function found(name: Named, input: object) {
  const tool = tools[name]
  return tool?.({ store, input: { page_size: 20, ...input }, deadline: Date.now() + 5000 })
}

const numbers = async (name: Named, input: object) =>
  (await found(name, input))?.value.items.map(({ id }) => Number(id.split('/').at(-1)))

describe('a search in a store that ignores every filter', () => {
  it.each<object>([
    { number: '1' },
    { number: '#1' },
    { status: 'open' },
    { payment_status: 'paid' },
    { fulfillment_status: 'fulfilled' },
    { created_before: '2026-01-02T00:00:00Z' },
    { updated_before: '2026-02-02T00:00:00Z' },
    { email: 'Ann@example.com' },
    { customer_id: '1' },
    { sku: 'A-1' },
    { tag: 'A' },
    { test: false },
  ])('gives only the order that really fits %j', async (input) => {
    pages = [{ nodes: ORDERS, hasNextPage: false }]
    expect(await numbers('search_orders', input)).toEqual([1])
  })

  it.each<object>([
    { status: 'cancelled' },
    { created_after: '2026-01-02T00:00:00Z' },
    { updated_after: '2026-02-02T00:00:00Z' },
    { test: true },
  ])('gives only the other order for %j', async (input) => {
    pages = [{ nodes: ORDERS, hasNextPage: false }]
    expect(await numbers('search_orders', input)).toEqual([2])
  })

  it('does not call a cancelled order closed', async () => {
    pages = [{ nodes: ORDERS, hasNextPage: false }]
    expect(await numbers('search_orders', { status: 'closed' })).toEqual([])
  })

  it.each<object>([
    { sku: 'A-1' },
    { status: 'active' },
    { vendor: 'Ann' },
    { product_type: 'Mug' },
    { tag: 'a' },
    { updated_before: '2026-01-02T00:00:00Z' },
  ])('gives only the product that really fits %j', async (input) => {
    pages = [{ nodes: PRODUCTS, hasNextPage: false }]
    expect(await numbers('search_products', input)).toEqual([1])
  })

  it.each<object>([
    { email: 'ann@example.com' },
    { phone: '+491511234567' },
    { country: 'JP' },
    { tag: 'a' },
    { orders_min: 2 },
    { created_before: '2026-01-02T00:00:00Z' },
  ])('gives only the customer who really fits %j', async (input) => {
    pages = [{ nodes: CUSTOMERS, hasNextPage: false }]
    expect(await numbers('search_customers', input)).toEqual([1])
  })
})

describe('pages of which nothing fits', () => {
  const [fits, other] = ORDERS.map((one) => ({ nodes: [one], hasNextPage: true }))
  const none = { nodes: other?.nodes ?? [], hasNextPage: true }

  it('are passed over', async () => {
    pages = [none, none, { nodes: fits?.nodes ?? [], hasNextPage: false }]
    expect(await numbers('search_orders', { status: 'open' })).toEqual([1])
  })

  it('are passed over three times at most, then the cursor is given', async () => {
    pages = [none]
    asked = 0
    const answer = await found('search_orders', { status: 'open' })
    expect(answer).toMatchObject({ value: { items: [] }, nextCursor: 'c3' })
    expect(asked).toBe(3)
  })
})
