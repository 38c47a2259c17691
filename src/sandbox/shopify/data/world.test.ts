import { describe, expect, it } from 'vitest'
import { MADE_ON } from '../testkit.ts'
import { HOSTILE } from './hostile.ts'
import { digestOf, makeWorld } from './world.ts'

const world = makeWorld(MADE_ON, 1)
const midnight = MADE_ON - (MADE_ON % 86_400_000)
const text = JSON.stringify([world.products, world.customers, world.orders])

describe('the simulated shop', () => {
  it('is the same for the same day and seed, and another for another', () => {
    expect(digestOf(makeWorld(MADE_ON, 1))).toBe(digestOf(world))
    expect(digestOf(makeWorld(midnight, 1))).toBe(digestOf(world))
    expect(digestOf(makeWorld(MADE_ON, 2))).not.toBe(digestOf(world))
    expect(digestOf(makeWorld(MADE_ON + 86_400_000, 1))).not.toBe(digestOf(world))
  })

  it('is made in less than 300 ms', () => {
    const fastest = Math.min(...[1, 2, 3].map(() => elapsed(() => makeWorld(MADE_ON, 1))))
    expect(fastest).toBeLessThan(300)
  })

  it('has the promised numbers of things', () => {
    expect(world.products.length).toBeGreaterThanOrEqual(200)
    expect([world.customers.length, world.orders.length, world.locations.length]).toEqual([500, 2000, 3])
    expect(new Set(world.products.map(({ handle }) => handle)).size).toBe(world.products.length)
    expect(new Set(world.variants.map(({ sku }) => sku)).size).toBe(world.variants.length)
    for (const { variants } of world.products) expect([1, 2, 3, 4]).toContain(variants.length)
  })

  it('shows every kind of payment, fulfilment, product status and currency', () => {
    const kinds = (values: string[]) => [...new Set(values)].sort()
    expect(kinds(world.orders.map((order) => order.displayFinancialStatus))).toEqual(
      expect.arrayContaining(['PAID', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'VOIDED']),
    )
    expect(kinds(world.orders.map((order) => order.displayFulfillmentStatus))).toEqual(
      expect.arrayContaining(['FULFILLED', 'PARTIALLY_FULFILLED', 'UNFULFILLED']),
    )
    expect(kinds(world.products.map(({ status }) => status))).toEqual(['ACTIVE', 'ARCHIVED', 'DRAFT'])
    expect(kinds(world.orders.map((order) => order.presentmentCurrencyCode))).toEqual([
      'CHF',
      'EUR',
      'GBP',
      'JPY',
      'USD',
    ])
    expect(kinds(world.customers.map(({ addresses }) => addresses[0]?.countryCodeV2 ?? '')).length).toBeGreaterThan(15)
  })

  it('has its orders in the 400 days before the day it was made, oldest first', () => {
    const times = world.orders.map(({ createdAt }) => Date.parse(createdAt))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(midnight - 400 * 86_400_000)
    expect(times.at(-1)).toBeLessThan(midnight)
    expect(times.filter((time) => time > midnight - 7 * 86_400_000).length).toBeGreaterThan(15)
  })

  it('lets nothing happen before its order or after the day it was made', () => {
    for (const { createdAt, updatedAt, refunds, fulfillments } of world.orders)
      for (const time of [updatedAt, ...[...refunds, ...fulfillments].map((each) => each.createdAt)]) {
        expect(time >= createdAt).toBe(true)
        expect(Date.parse(time)).toBeLessThan(midnight)
      }
  })

  it('has sums that add up', () => {
    const cents = (money: { shopMoney: { amount: string } }) => Math.round(Number(money.shopMoney.amount) * 100)
    for (const order of world.orders) {
      expect(cents(order.subtotalPriceSet) + cents(order.totalShippingPriceSet)).toBe(cents(order.totalPriceSet))
      expect(cents(order.currentSubtotalPriceSet) + cents(order.currentShippingPriceSet)).toBe(
        cents(order.currentTotalPriceSet),
      )
      expect(cents(order.totalRefundedSet)).toBe(
        order.refunds.reduce((sum, each) => sum + cents(each.totalRefundedSet), 0),
      )
      expect(cents(order.totalRefundedSet)).toBeLessThanOrEqual(cents(order.totalReceivedSet))
      expect(order.lineItems.reduce((sum, line) => sum + line.unitCents * line.quantity, 0)).toBe(
        cents(order.subtotalPriceSet),
      )
    }
    const ordersOf = world.customers.reduce((sum, { numberOfOrders }) => sum + Number(numberOfOrders), 0)
    expect(ordersOf).toBe(world.orders.filter(({ customerId }) => customerId !== null).length)
  })

  it('names only e-mail addresses under domains for examples', () => {
    const emails = text.match(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g) ?? []
    expect(emails.length).toBeGreaterThan(500)
    expect(emails.filter((email) => !/@example\.(com|org|net)$/.test(email))).toEqual([])
  })

  it('names only phone numbers that are kept for fiction', () => {
    const fiction =
      /^\+(120255501\d\d|447700900\d{3}|493023125\d{3}|3363998\d{4}|35320911\d{4}|467017406\d\d|6125550\d{4})$/
    const phones = world.customers.flatMap((customer) => customer.defaultPhoneNumber?.phoneNumber ?? [])
    expect(phones.length).toBeGreaterThan(300)
    expect(phones.filter((phone) => !fiction.test(phone))).toEqual([])
  })

  it('holds hostile text in every kind of field, and mostly harmless notes', () => {
    expect(new Set(HOSTILE.map(({ place }) => place)).size).toBe(8)
    const notes = world.orders.filter(({ note }) => note !== null).length
    expect(notes).toBeGreaterThan(10 * HOSTILE.filter(({ place }) => place === 'order_note').length)
    for (const trick of [
      /\u200b/,
      /\u202e/,
      /[\u{e0041}-\u{e007a}]/u,
      /⟦\/customer text⟧/,
      /!\[.*\]\(https:/,
      /"role\\":\\"system/,
      /IBAN DE89/,
      /4111 1111 1111 1111/,
    ])
      expect(text).toMatch(trick)
    expect(Math.max(...HOSTILE.map((each) => each.text.length))).toBeGreaterThan(20_000)
  })
})

function elapsed(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
