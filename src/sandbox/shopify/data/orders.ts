import { rfc3339 } from '#kernel'
import { type Basket, makeBasket } from './baskets.ts'
import { makeFulfilment } from './fulfilment.ts'
import { gid } from './ids.ts'
import { drawPayment, makePayment } from './payments.ts'
import { CUSTOMER_COUNT } from './people.ts'
import { at, type Random } from './random.ts'
import type { AddressRecord, AttributeRecord, CustomerRecord, OrderRecord, ProductRecord } from './records.ts'
import { orderTimes } from './rhythm.ts'
import { type OrderSpecial, orderSpecial } from './specials.ts'
import { ORDER_ATTRIBUTES, ORDER_NOTES, ORDER_TAGS } from './words.ts'

const ORDER_COUNT = 2000
/** The number of the first order; the last is `FIRST_ORDER + ORDER_COUNT - 1`. */
const FIRST_ORDER = 1001
const DAY_MS = 86_400_000

export type OrderMaking = { random: Random; until: number; products: ProductRecord[]; customers: CustomerRecord[] }

/** The orders, oldest first, all placed in the 400 days before `until` (ms, UTC midnight). */
export function makeOrders(making: OrderMaking): OrderRecord[] {
  const sold = making.products.filter(({ status }) => status !== 'DRAFT')
  const times = orderTimes(making.random, making.until, ORDER_COUNT)
  return times.map((created, index) => order({ ...making, products: sold }, FIRST_ORDER + index, created))
}

function order(making: OrderMaking, number: number, created: number): OrderRecord {
  const { random, until } = making
  const special = orderSpecial(number)
  const customer = buyer(making, special, created)
  const currency = customer?.currency ?? 'EUR'
  const ageDays = (until - created) / DAY_MS
  const payment = special.payment ?? drawPayment(random, ageDays)
  const basket = makeBasket({
    random,
    products: making.products,
    currency,
    number,
    special,
    country: countryOf(customer),
  })
  const paid = makePayment({ random, basket, payment, currency, number, created, until, special })
  const shipped = makeFulfilment({ random, lines: basket.lines, payment, number, created, until, special })
  return {
    id: gid('Order', number),
    number,
    name: `#${number}`,
    ...contact(customer, special),
    ...timesOf(making, {
      created,
      settled: paid.refunds[0]?.createdAt ?? '',
      closed: shipped.displayFulfillmentStatus === 'FULFILLED',
      cancelled: payment === 'cancelled',
    }),
    test: special.test ?? false,
    ...words(random, special),
    currencyCode: 'EUR',
    presentmentCurrencyCode: currency,
    ...shipped,
    lineItems: basket.lines.map(({ line }) => line),
    ...totals(basket),
    ...paid,
  }
}

function totals(basket: Basket) {
  const { subtotalPriceSet, totalShippingPriceSet, totalTaxSet, totalPriceSet } = basket
  return { subtotalPriceSet, totalShippingPriceSet, totalTaxSet, totalPriceSet }
}

/** A customer who had an account by then; a few buy without one, and some buy much more often than others. */
function buyer(
  { random, until, customers }: OrderMaking,
  special: OrderSpecial,
  created: number,
): CustomerRecord | null {
  const youngest = Math.floor((CUSTOMER_COUNT + 1) * (1 - (until - created) / DAY_MS / 1200)) - 1
  const n = 1 + Math.floor(random.next() ** 1.6 * youngest)
  const guest = random.chance(0.02)
  if (special.customer !== undefined) return special.customer === null ? null : at(customers, special.customer - 1)
  return guest ? null : at(customers, n - 1)
}

function countryOf(customer: CustomerRecord | null): string {
  return customer?.addresses[0]?.countryCodeV2 ?? 'DE'
}

function contact(customer: CustomerRecord | null, special: OrderSpecial) {
  const address = customer?.addresses[0]
  return {
    customerId: customer?.id ?? null,
    email: customer?.defaultEmailAddress.emailAddress ?? null,
    phone: customer?.defaultPhoneNumber?.phoneNumber ?? null,
    shippingAddress: address === undefined ? null : shipTo(address, special),
  }
}

function shipTo(address: AddressRecord, special: OrderSpecial): AddressRecord {
  return special.address2 === undefined ? address : { ...address, address2: special.address2 }
}

type Moments = { created: number; settled: string; closed: boolean; cancelled: boolean }

function timesOf({ random, until }: OrderMaking, { created, settled, closed, cancelled }: Moments) {
  const touched = Math.min(until - 1000, created + random.int(600, 8 * 86_400) * 1000)
  const last = rfc3339(touched)
  const reason = random.pick(['CUSTOMER', 'CUSTOMER', 'INVENTORY', 'DECLINED', 'FRAUD', 'OTHER', 'STAFF'])
  return {
    createdAt: rfc3339(created),
    processedAt: rfc3339(created),
    updatedAt: last > settled ? last : settled,
    closedAt: closed ? last : null,
    cancelledAt: cancelled ? last : null,
    cancelReason: cancelled ? reason : null,
  }
}

function words(random: Random, special: OrderSpecial) {
  const note = random.chance(0.16) ? random.pick(ORDER_NOTES) : null
  const [key, value] = random.pick(ORDER_ATTRIBUTES)
  const attributes: AttributeRecord[] = random.chance(0.2) ? [{ key, value }] : []
  return {
    note: special.note ?? note,
    customAttributes: special.attribute === undefined ? attributes : [special.attribute],
    tags: ORDER_TAGS.filter(() => random.chance(0.06)),
  }
}
