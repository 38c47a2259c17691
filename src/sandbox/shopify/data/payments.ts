import { rfc3339 } from '#kernel'
import { type Basket, taxIn } from './baskets.ts'
import { gid } from './ids.ts'
import { moneyBag } from './money.ts'
import { at, type Random, weighted } from './random.ts'
import type { RefundRecord } from './records.ts'
import type { OrderSpecial, Payment } from './specials.ts'
import { REFUND_NOTES } from './words.ts'

const DAY_MS = 86_400_000

const STATUS: Record<Exclude<Payment, 'cancelled'>, string> = {
  paid: 'PAID',
  pending: 'PENDING',
  authorized: 'AUTHORIZED',
  partially_paid: 'PARTIALLY_PAID',
  partially_refunded: 'PARTIALLY_REFUNDED',
  refunded: 'REFUNDED',
}

/** How orders are paid by age, each with its share: young ones may be open, refunds come after ten days. */
const PAYMENTS_BY_AGE: readonly { belowDays: number; shares: readonly (readonly [Payment, number])[] }[] = [
  {
    belowDays: 3,
    shares: [
      ['cancelled', 0.035],
      ['pending', 0.085],
      ['authorized', 0.06],
      ['paid', 1],
    ],
  },
  {
    belowDays: 10,
    shares: [
      ['cancelled', 0.035],
      ['pending', 0.015],
      ['partially_paid', 0.005],
      ['paid', 1],
    ],
  },
  {
    belowDays: Number.POSITIVE_INFINITY,
    shares: [
      ['cancelled', 0.035],
      ['pending', 0.015],
      ['partially_paid', 0.005],
      ['partially_refunded', 0.05],
      ['refunded', 0.03],
      ['paid', 1],
    ],
  },
]

/** How an order of this age was paid. */
export function drawPayment(random: Random, ageDays: number): Payment {
  const row = PAYMENTS_BY_AGE.find(({ belowDays }) => ageDays < belowDays)
  return weighted(random, row?.shares ?? [['paid', 1]])
}

export type PaymentMaking = {
  random: Random
  basket: Basket
  payment: Payment
  currency: string
  number: number
  created: number
  until: number
  special: OrderSpecial
}

/** What came in, what went back and what is left; a refund takes its pieces off the lines. */
export function makePayment(making: PaymentMaking) {
  const { basket, payment, currency, random } = making
  const voided = payment === 'cancelled' && random.chance(0.4)
  const received = receivedCents(payment, basket.totalCents, voided)
  const refunded = refundedCents(making, received)
  const current = payment === 'cancelled' ? 0 : basket.totalCents - refunded
  return {
    displayFinancialStatus: payment === 'cancelled' ? (voided ? 'VOIDED' : 'REFUNDED') : STATUS[payment],
    refunds: refundsOf(making, refunded),
    totalReceivedSet: moneyBag(received, currency),
    totalRefundedSet: moneyBag(refunded, currency),
    ...currentSets(basket, current, currency),
    totalOutstandingSet: moneyBag(Math.max(0, current - (received - refunded)), currency),
    netCents: received - refunded,
  }
}

/** What is left of the order; shipping is the last part to be given back. */
function currentSets({ shippingCents, taxPercent }: Basket, current: number, currency: string) {
  const shipping = Math.min(shippingCents, current)
  return {
    currentSubtotalPriceSet: moneyBag(current - shipping, currency),
    currentShippingPriceSet: moneyBag(shipping, currency),
    currentTotalTaxSet: moneyBag(taxIn(current, taxPercent), currency),
    currentTotalPriceSet: moneyBag(current, currency),
  }
}

function receivedCents(payment: Payment, totalCents: number, voided: boolean): number {
  if (voided || payment === 'pending' || payment === 'authorized') return 0
  return payment === 'partially_paid' ? Math.round(totalCents / 2) : totalCents
}

/** Part of an order goes back as one piece of its first line; when that is all there is, as half its price. */
function refundedCents({ basket, payment }: PaymentMaking, received: number): number {
  if (payment === 'refunded' || payment === 'cancelled') {
    for (const { line } of basket.lines) Object.assign(line, { currentQuantity: 0, refundableQuantity: 0 })
    return received
  }
  if (payment !== 'partially_refunded') return 0
  const { line } = at(basket.lines, 0)
  if (line.unitCents >= received) return Math.max(1, Math.floor(received / 2))
  Object.assign(line, { currentQuantity: line.quantity - 1, refundableQuantity: line.quantity - 1 })
  return line.unitCents
}

function refundsOf(making: PaymentMaking, refunded: number): RefundRecord[] {
  const { random, number, created, until, currency, special } = making
  const note = special.refundNote ?? (random.chance(0.7) ? random.pick(REFUND_NOTES) : null)
  const when = Math.min(until - 1000, created + random.int(2, 9) * DAY_MS)
  if (refunded === 0) return []
  return [{ id: gid('Refund', number), createdAt: rfc3339(when), note, totalRefundedSet: moneyBag(refunded, currency) }]
}
