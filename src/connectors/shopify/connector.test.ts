import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnswerOf, type StoreToolName, tools } from '#commerce'
import { Secret } from '#kernel'
import { type FaultOrder, LANDMARKS, type Sandbox, startShopifySandbox } from '#sandbox'
import type { OpenStore, StoreAnswer } from '../connector.ts'
import { createEgress, type Egress } from '../egress.ts'
import { createShopifyConnector } from './connector.ts'
import { SHOPIFY_OPERATIONS } from './operations.ts'

const MADE_ON = Date.parse('2026-11-20T00:00:00Z')
const THROTTLE = { maximumAvailable: 1_000_000, restoreRate: 100_000 }

let sandbox: Sandbox
let egress: Egress
let store: OpenStore
let connector: ReturnType<typeof createShopifyConnector>
const waits: number[] = []

beforeAll(async () => {
  sandbox = await startShopifySandbox({ madeOn: MADE_ON, clock: () => MADE_ON, throttle: THROTTLE })
  egress = createEgress({ allow: [`127.0.0.1:${sandbox.port}`] })
  connector = createShopifyConnector({ egress, clock: Date.now, sleep: async (ms) => waits.push(ms) })
  store = {
    id: 'st_1',
    handle: 'harbour',
    name: 'Harbour',
    mode: 'test',
    currency: 'EUR',
    origin: sandbox.url,
    credential: new Secret(JSON.stringify({ kind: 'static', token: sandbox.accessToken.reveal() })),
    credentialVersion: 1,
  }
})

afterAll(async () => {
  await sandbox.close()
  await egress.close()
})

/** Calls a tool as the gateway does: arguments checked by the tool's own schema first. */
async function call<Name extends StoreToolName>(
  name: Name,
  input: object,
  cursor?: string,
): Promise<StoreAnswer<Name>> {
  const tool = connector.tools[name]
  if (tool === undefined) throw new Error(`no ${name}`)
  const { store: _, ...checked } = tools[name].input.parse({ store: 'harbour', ...input })
  // The schema is the one of this very tool; TypeScript cannot follow that through a generic name.
  const typed = { ...checked, ...(cursor === undefined ? {} : { cursor }) } as Parameters<typeof tool>[0]['input']
  return tool({ store, input: typed, deadline: Date.now() + 5000 } as Parameters<typeof tool>[0])
}

const searchOrders = (input: object, cursor?: string) => call('search_orders', input, cursor)

/** The amount of every money in a value, at any depth. */
const amountsIn = (value: unknown) =>
  [...JSON.stringify(value).matchAll(/"amount":"([^"]*)"/g)].map(([, amount]) => amount ?? '')

async function failure(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Whether a value is what the tool promises, closed formats of its leaves included. */
function expectToFit<Name extends StoreToolName>(name: Name, value: AnswerOf<Name>): void {
  expect(tools[name].output.strict().safeParse(JSON.parse(JSON.stringify(value))).error).toBeUndefined()
}

describe('get_store', () => {
  it('gives the shop with what its credentials can see', async () => {
    const { value, unknownFields } = await call('get_store', {})
    expect(value).toMatchObject({ handle: 'harbour', platform: 'shopify', mode: 'test', order_history: 'all' })
    expect(unknownFields).toBe(0)
    expectToFit('get_store', value)
  })
})

describe('get_order', () => {
  it('maps an ordinary order whole', async () => {
    const { value, unknownFields } = await call('get_order', { id: LANDMARKS.plainOrder.id })
    expectToFit('get_order', value)
    expect(unknownFields).toBe(0)
    expect(value).toMatchObject({
      id: LANDMARKS.plainOrder.id,
      number: LANDMARKS.plainOrder.name,
      status: expect.stringMatching(/^(open|closed)$/),
      payment_status: 'paid',
      fulfillment_status: 'fulfilled',
      customer_name: LANDMARKS.unicodeCustomer.displayName,
      attributes: [{ name: 'gift_wrap', value: 'yes' }],
      more_lines: false,
    })
    expect(value.lines.length).toBeGreaterThan(0)
    expect(value.shipments?.[0]).toMatchObject({ status: 'success' })
  })

  it('takes the bare number too', async () => {
    const number = LANDMARKS.plainOrder.id.split('/').at(-1)
    expect((await call('get_order', { id: number ?? '' })).value.id).toBe(LANDMARKS.plainOrder.id)
  })

  it('gives amounts in the currency of the shop, and what the customer saw beside it', async () => {
    const { value } = await call('get_order', { id: LANDMARKS.yenOrder.id })
    expect(value.paid_in?.currency).toBe('JPY')
    expect(new Set([value.total?.currency, value.lines[0]?.unit_price?.currency]).has('JPY')).toBe(false)
  })

  it('gives every amount with the decimals of its currency, which the platform trims', async () => {
    const { value: order } = await call('get_order', { id: LANDMARKS.yenOrder.id })
    expect(order.paid_in?.amount).toMatch(/^\d+$/)
    const { value: orders } = await call('search_orders', { page_size: 50 })
    const { value: products } = await call('search_products', { page_size: 50 })
    const { value: customers } = await call('search_customers', { page_size: 50 })
    const { value: product } = await call('get_product', { id: products.items[0]?.id ?? '' })
    const amounts = amountsIn([{ ...order, paid_in: undefined }, orders, products, customers, product])
    expect(amounts.length).toBeGreaterThan(150)
    expect(amounts.filter((amount) => !/^\d+\.\d\d$/.test(amount))).toEqual([])
  })

  it('gives refunds and cancellations', async () => {
    const { value: refunded } = await call('get_order', { id: LANDMARKS.partialRefund.id })
    expect(refunded.refunds?.[0]?.note).toBe(LANDMARKS.partialRefund.refundNote)
    const { value: cancelled } = await call('get_order', { id: LANDMARKS.cancelled.id })
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      cancelled_at: expect.any(String),
      cancel_reason: expect.any(String),
    })
  })

  it.each([
    ['an unknown order', 'gid://shopify/Order/99999999', 1],
    ['the id of a product', 'gid://shopify/Product/1', 0],
    ['no id of the platform', 'order-7', 0],
  ])('of %s is not found', async (_, id, calls) => {
    const before = sandbox.calls().total
    expect(await failure(call('get_order', { id }))).toMatchObject({ code: 'not_found' })
    expect(sandbox.calls().total - before).toBe(calls)
  })
})

describe('text of strangers', () => {
  it.each(LANDMARKS.hostile)('comes through word for word: $key', async ({ place, id, text }) => {
    const name = place.startsWith('product')
      ? 'get_product'
      : place.startsWith('customer')
        ? 'get_customer'
        : 'get_order'
    const { value } = await call(name, { id })
    if (place === 'product_description') expect(JSON.stringify(value)).not.toMatch(/<p>|<script/)
    else expect(JSON.stringify(value)).toContain(JSON.stringify(text).slice(1, -1))
  })
})

describe('search_orders', () => {
  it('pages through all orders, newest first, without a gap or a double', async () => {
    const ids: string[] = []
    const times: string[] = []
    for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages += 1) {
      const page: StoreAnswer<'search_orders'> = await searchOrders({ page_size: 50 }, cursor)
      for (const order of page.value.items) {
        ids.push(order.id)
        times.push(order.created_at ?? '')
      }
      cursor = page.nextCursor
    }
    expect(ids.length).toBeGreaterThanOrEqual(2000)
    expect(new Set(ids).size).toBe(ids.length)
    expect(times).toEqual([...times].sort().reverse())
  })

  it.each(['2840', '#2840'])('finds one order by its number %s', async (number) => {
    const { value } = await searchOrders({ number })
    expect(value.items.map((order) => order.id)).toEqual([LANDMARKS.plainOrder.id])
    expectToFit('search_orders', value)
  })

  it.each<[string, object, (order: AnswerOf<'search_orders'>['items'][number]) => boolean]>([
    ['status', { status: 'cancelled' }, (order) => order.status === 'cancelled'],
    ['closed', { status: 'closed' }, (order) => order.status === 'closed'],
    ['payment', { payment_status: 'refunded' }, (order) => order.payment_status === 'refunded'],
    [
      'delivery',
      { fulfillment_status: 'partially_fulfilled' },
      (order) => order.fulfillment_status === 'partially_fulfilled',
    ],
    ['test orders', { test: true }, (order) => order.test === true],
    [
      'a customer',
      { customer_id: LANDMARKS.unicodeCustomer.id },
      (order) => order.customer_id === LANDMARKS.unicodeCustomer.id,
    ],
    [
      'a span of time',
      { created_after: '2026-10-01T00:00:00Z', created_before: '2026-11-01T00:00:00Z' },
      (order) => (order.created_at ?? '') >= '2026-10-01' && (order.created_at ?? '') < '2026-11-01',
    ],
  ])('holds to the filter: %s', async (_, input, fits) => {
    const { value } = await searchOrders({ page_size: 50, ...input })
    expect(value.items.length).toBeGreaterThan(0)
    expect(value.items.every(fits)).toBe(true)
  })

  it('matches an e-mail address only as a whole', async () => {
    const email = (await call('get_order', { id: LANDMARKS.plainOrder.id })).value.email ?? ''
    expect((await searchOrders({ email })).value.items.length).toBeGreaterThan(0)
    expect((await searchOrders({ email: email.slice(1) })).value.items).toEqual([])
  })

  it('finds the orders that contain a stock keeping unit', async () => {
    const sku = (await call('get_order', { id: LANDMARKS.plainOrder.id })).value.lines[0]?.sku ?? ''
    const { value } = await searchOrders({ sku })
    expect(value.items.length).toBeGreaterThan(0)
    for (const { id } of value.items)
      expect((await call('get_order', { id })).value.lines.map((line) => line.sku)).toContain(sku)
  })

  it('says so where the store cannot search for a state', async () => {
    const error = await failure(searchOrders({ fulfillment_status: 'restocked' }))
    expect(error).toMatchObject({ code: 'unsupported_by_store', field: 'fulfillment_status' })
  })

  it.each([
    'x" OR test:true OR sku:"',
    "x' OR test:true OR sku:'",
    '* OR test:true',
    'x) OR (test:true',
    'x\\" OR test:true',
  ])('takes no operator out of an argument: %s', async (hostile) => {
    for (const input of [{ sku: hostile }, { tag: hostile }]) {
      const found = await searchOrders(input).catch((error: unknown) => error)
      expect(found).toSatisfy((answer: object) =>
        'code' in answer
          ? answer.code === 'invalid_arguments'
          : 'value' in answer && JSON.stringify(answer.value) === '{"items":[]}',
      )
    }
  })
})

describe('products', () => {
  it('are found by words, state and stock keeping unit', async () => {
    const { value: whole } = await call('get_product', { id: LANDMARKS.fourVariants.id })
    expectToFit('get_product', whole)
    expect(whole.variants).toHaveLength(4)
    const { value: byText } = await call('search_products', { text: whole.title ?? '' })
    expectToFit('search_products', byText)
    expect(byText.items.map((product) => product.id)).toContain(whole.id)
    const { value: bySku } = await call('search_products', { sku: whole.variants[0]?.sku ?? '' })
    expect(bySku.items.map((product) => product.id)).toEqual([whole.id])
    const { value: drafts } = await call('search_products', { status: 'draft', page_size: 50 })
    expect(drafts.items.map((product) => product.id)).toContain(LANDMARKS.draft.id)
    expect(drafts.items.every((product) => product.status === 'draft')).toBe(true)
  })

  it('take no operator out of a text', async () => {
    const { value } = await call('search_products', { text: 'nothing-is-called-this OR status:active" OR "' })
    expect(value.items).toEqual([])
  })

  it('have prices as decimal strings with the currency of the shop', async () => {
    const { value } = await call('search_products', { sku: LANDMARKS.oddPrice.sku })
    const { value: whole } = await call('get_product', { id: value.items[0]?.id ?? '' })
    expect(whole.variants.find((variant) => variant.sku === LANDMARKS.oddPrice.sku)).toMatchObject({
      price: { amount: LANDMARKS.oddPrice.price, currency: expect.stringMatching(/^[A-Z]{3}$/) },
      compare_at_price: { amount: LANDMARKS.oddPrice.compareAtPrice },
    })
  })
})

describe('get_inventory', () => {
  it('gives the stock of a variant at every location, named in each way', async () => {
    const { value: bySku } = await call('get_inventory', { sku: LANDMARKS.lowStock.sku })
    expectToFit('get_inventory', bySku)
    const [variant] = bySku.variants
    expect(variant?.levels.reduce((sum, level) => sum + (level.available ?? 0), 0)).toBe(LANDMARKS.lowStock.available)
    expect((await call('get_inventory', { variant_id: variant?.variant_id ?? '' })).value.variants).toEqual([variant])
    const { value: ofProduct } = await call('get_inventory', { product_id: LANDMARKS.lowStock.productId })
    expect(ofProduct.variants).toContainEqual(variant)
  })

  it.each([{}, { sku: 'a', variant_id: '1' }])('wants exactly one name: %j', async (input) => {
    expect(await failure(call('get_inventory', input))).toMatchObject({ code: 'invalid_arguments' })
  })

  it('gives nothing for a stock keeping unit that nobody has, and refuses an unknown id', async () => {
    expect((await call('get_inventory', { sku: 'NOBODY-1' })).value.variants).toEqual([])
    expect(await failure(call('get_inventory', { product_id: '999999999' }))).toMatchObject({ code: 'not_found' })
  })
})

describe('customers', () => {
  it('are found by the whole e-mail address or phone number only', async () => {
    const { value: whole } = await call('get_customer', { id: LANDMARKS.unicodeCustomer.id })
    expectToFit('get_customer', whole)
    expect(whole).toMatchObject({ name: LANDMARKS.unicodeCustomer.displayName, country: 'CZ' })
    const ids = async (input: object) => (await call('search_customers', input)).value.items.map(({ id }) => id)
    expect(await ids({ email: whole.email })).toEqual([whole.id])
    expect(await ids({ email: whole.email?.slice(1) })).toEqual([])
    expect(await ids({ phone: whole.phone })).toContain(whole.id)
    expect(await ids({ phone: whole.phone?.slice(0, -1) })).toEqual([])
  })

  it('hold to the filters', async () => {
    const { value } = await call('search_customers', { country: 'JP', orders_min: 1 })
    expectToFit('search_customers', value)
    expect(value.items.length).toBeGreaterThan(0)
    expect(value.items.every(({ country, order_count }) => country === 'JP' && (order_count ?? 0) >= 1)).toBe(true)
  })
})

describe('a store that fails', () => {
  it.each<[FaultOrder['fault'], string]>([
    ['401', 'store_auth_failed'],
    ['403', 'store_refused'],
    ['404', 'store_unavailable'],
    ['500', 'store_unavailable'],
    ['reset', 'store_unavailable'],
    ['garbage', 'store_bad_answer'],
    ['html', 'store_bad_answer'],
    ['truncated', 'store_bad_answer'],
    ['null_data', 'store_bad_answer'],
    ['redirect', 'store_bad_answer'],
    ['huge', 'answer_too_large'],
  ])('with %s gives %s', async (fault, code) => {
    sandbox.setFault({ operation: 'GetOrder', fault, times: 1 })
    expect(await failure(call('get_order', { id: LANDMARKS.plainOrder.id }))).toMatchObject({ code })
  })

  it.each<FaultOrder['fault']>(['429', 'throttled'])('with %s is waited for and asked again', async (fault) => {
    waits.length = 0
    sandbox.setFault({ operation: 'GetOrder', fault, times: 2 })
    expect((await call('get_order', { id: LANDMARKS.plainOrder.id })).value.id).toBe(LANDMARKS.plainOrder.id)
    expect(waits).toHaveLength(2)
  })

  it('with fields that nobody asked for has them dropped and counted', async () => {
    const { value: right } = await call('get_order', { id: LANDMARKS.plainOrder.id })
    sandbox.setFault({ operation: 'GetOrder', fault: 'unknown_fields', times: 1 })
    const { value, unknownFields } = await call('get_order', { id: LANDMARKS.plainOrder.id })
    expect(value).toEqual(right)
    expect(unknownFields).toBeGreaterThan(10)
  })

  it('with words that nobody knows has them left out and counted', async () => {
    sandbox.setFault({ operation: 'GetOrder', fault: 'bad_enum', times: 1 })
    const { value, unknownFields } = await call('get_order', { id: LANDMARKS.plainOrder.id })
    expect(value).toMatchObject({ payment_status: undefined, fulfillment_status: undefined })
    expect(unknownFields).toBeGreaterThan(0)
  })
})

describe('the list of operations', () => {
  it('names every operation that was sent', () => {
    const listed = new Set(SHOPIFY_OPERATIONS.map(({ name }) => name))
    const sent = Object.keys(sandbox.calls().counts)
    expect(sent.filter((operation) => !listed.has(operation))).toEqual([])
    expect(SHOPIFY_OPERATIONS.map(({ name }) => name).filter((name) => !sent.includes(name))).toEqual([
      'MoreInventoryLevels',
    ])
  })
})
