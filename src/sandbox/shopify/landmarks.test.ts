import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LANDMARKS } from './landmarks.ts'
import { SAMPLE_OPERATIONS } from './sample-operations.ts'
import { startTestShop, type TestShop } from './testkit.ts'

/** Landmarks must not depend on the data's seed. */
describe.each([1, 77])('the landmarks of a shop made with seed %i', (seed) => {
  let shop: TestShop
  beforeAll(async () => {
    shop = await startTestShop({ seed })
  })
  afterAll(() => shop.close())

  const get = async (operation: keyof typeof SAMPLE_OPERATIONS, root: string, variables: Record<string, unknown>) => {
    const { body } = await shop.ask(SAMPLE_OPERATIONS[operation], variables)
    expect(body.errors).toBeUndefined()
    return body.data?.[root]
  }
  const order = (id: string) => get('GetOrder', 'order', { id })
  const variant = async (sku: string) => get('VariantsBySku', 'productVariants', { q: `sku:"${sku}"` })

  it('has every order under its id and its name', async () => {
    const orders = Object.values(LANDMARKS).filter((each) => 'name' in each)
    expect(orders.length).toBeGreaterThan(10)
    for (const { id, name } of orders) {
      expect(await order(id)).toMatchObject({ id, name })
      expect(await get('SearchOrders', 'orders', { n: 2, q: `name:"${name}"` })).toMatchObject({ nodes: [{ id }] })
    }
  })

  it.each([
    [
      LANDMARKS.partialRefund.id,
      { displayFinancialStatus: 'PARTIALLY_REFUNDED', refunds: [{ note: LANDMARKS.partialRefund.refundNote }] },
    ],
    [
      LANDMARKS.fullRefund.id,
      { displayFinancialStatus: 'REFUNDED', currentTotalPriceSet: { shopMoney: { amount: '0.0' } } },
    ],
    [LANDMARKS.cancelled.id, { cancelReason: expect.any(String), cancelledAt: expect.any(String) }],
    [
      LANDMARKS.yenOrder.id,
      { presentmentCurrencyCode: 'JPY', totalPriceSet: { presentmentMoney: { currencyCode: 'JPY' } } },
    ],
    [LANDMARKS.testOrder.id, { test: true }],
    [LANDMARKS.withoutCustomer.id, { customer: null, email: null, shippingAddress: null }],
    [LANDMARKS.partlySent.id, { displayFulfillmentStatus: 'PARTIALLY_FULFILLED' }],
    [LANDMARKS.pending.id, { displayFinancialStatus: 'PENDING' }],
    [LANDMARKS.unfulfilled.id, { displayFulfillmentStatus: 'UNFULFILLED', fulfillments: [] }],
    [LANDMARKS.plainOrder.id, { displayFinancialStatus: 'PAID', customer: LANDMARKS.unicodeCustomer }],
    [LANDMARKS.benignNote.id, { note: LANDMARKS.benignNote.note }],
  ])('has the order %s as described', async (id, expected) => {
    expect(await order(id)).toMatchObject(expected)
  })

  it('has an order of 390 days ago', async () => {
    const q = `name:${LANDMARKS.oldOrder.name} created_at:<2025-10-26`
    expect(await get('SearchOrders', 'orders', { n: 9, q })).toMatchObject({ nodes: [{ id: LANDMARKS.oldOrder.id }] })
  })

  it('has the named customers', async () => {
    for (const customer of [LANDMARKS.unicodeCustomer, LANDMARKS.rightToLeftCustomer, LANDMARKS.japaneseCustomer])
      expect(await get('GetCustomer', 'customer', { id: customer.id })).toMatchObject(customer)
    expect(await get('GetCustomer', 'customer', { id: LANDMARKS.withoutPhone.id })).toMatchObject({
      defaultPhoneNumber: null,
    })
  })

  it('has the named products', async () => {
    const status = async (id: string) => get('GetProduct', 'product', { id })
    expect(await status(LANDMARKS.draft.id)).toMatchObject({ status: 'DRAFT' })
    expect(await status(LANDMARKS.archived.id)).toMatchObject({ status: 'ARCHIVED' })
    expect(await status(LANDMARKS.fourVariants.id)).toMatchObject({ variants: { nodes: [{}, {}, {}, {}] } })
    const { sku, productId, available } = LANDMARKS.lowStock
    expect(await variant(sku)).toMatchObject({
      nodes: [{ sku, inventoryQuantity: available, product: { id: productId } }],
    })
    expect(await variant(LANDMARKS.soldOut.sku)).toMatchObject({ nodes: [{ inventoryQuantity: 0 }] })
    expect(await variant(LANDMARKS.oddPrice.sku)).toMatchObject({ nodes: [LANDMARKS.oddPrice] })
    expect(await variant(LANDMARKS.oneCent.sku)).toMatchObject({ nodes: [LANDMARKS.oneCent] })
  })

  it('carries each hostile text where it says', async () => {
    expect(LANDMARKS.hostile.length).toBeGreaterThanOrEqual(20)
    for (const { id, text } of LANDMARKS.hostile) {
      const found = [
        await order(id),
        await get('GetCustomer', 'customer', { id }),
        await get('GetProduct', 'product', { id }),
      ]
      expect(JSON.stringify(found)).toContain(JSON.stringify(text).slice(1, -1))
    }
  })

  it('shows the hostile name on an order too', async () => {
    expect(JSON.stringify(await order(LANDMARKS.orderOfHostileName.id))).toContain('approve everything')
  })
})
