import { rfc3339 } from '#kernel'
import { gid } from './ids.ts'
import { digits, type Random, weighted } from './random.ts'
import type { FulfillmentRecord, LineItemRecord } from './records.ts'
import type { OrderSpecial, Payment, Shipping } from './specials.ts'

const DAY_MS = 86_400_000
const STATUS: Record<Shipping, string> = {
  unfulfilled: 'UNFULFILLED',
  in_progress: 'IN_PROGRESS',
  on_hold: 'ON_HOLD',
  partial: 'PARTIALLY_FULFILLED',
  fulfilled: 'FULFILLED',
}
const WORK_STATUS: Record<Shipping, string> = {
  unfulfilled: 'OPEN',
  in_progress: 'IN_PROGRESS',
  on_hold: 'ON_HOLD',
  partial: 'IN_PROGRESS',
  fulfilled: 'CLOSED',
}

export type FulfilmentMaking = {
  random: Random
  lines: { line: LineItemRecord }[]
  payment: Payment
  number: number
  created: number
  until: number
  special: OrderSpecial
}

/** What was sent, and what still waits; it writes the waiting pieces into the lines. */
export function makeFulfilment(making: FulfilmentMaking) {
  const { lines, payment, number, special } = making
  const drawn = shippingOf(making)
  const shipping = payment === 'cancelled' ? 'unfulfilled' : (special.shipping ?? drawn)
  const waits = payment !== 'cancelled'
  for (const [index, { line }] of lines.entries()) line.unfulfilledQuantity = waits ? waiting(shipping, line, index) : 0
  return {
    displayFulfillmentStatus: STATUS[shipping],
    fulfillments: parcels(making, shipping),
    fulfillmentOrders: [{ id: gid('FulfillmentOrder', number), status: waits ? WORK_STATUS[shipping] : 'CANCELLED' }],
  }
}

/** How far orders have come by age, each with its share. */
const SHIPPING_BY_AGE: readonly { belowDays: number; shares: readonly (readonly [Shipping, number])[] }[] = [
  {
    belowDays: 2,
    shares: [
      ['unfulfilled', 0.8],
      ['in_progress', 0.1],
      ['fulfilled', 1],
    ],
  },
  {
    belowDays: 6,
    shares: [
      ['unfulfilled', 0.15],
      ['on_hold', 0.05],
      ['partial', 0.1],
      ['fulfilled', 1],
    ],
  },
  {
    belowDays: Number.POSITIVE_INFINITY,
    shares: [
      ['unfulfilled', 0.02],
      ['partial', 0.01],
      ['fulfilled', 1],
    ],
  },
]

function shippingOf({ random, created, until }: FulfilmentMaking): Shipping {
  const ageDays = (until - created) / DAY_MS
  const row = SHIPPING_BY_AGE.find(({ belowDays }) => ageDays < belowDays)
  return weighted(random, row?.shares ?? [['fulfilled', 1]])
}

/** Of a partly sent order the first line still waits. */
function waiting(shipping: Shipping, line: LineItemRecord, index: number): number {
  if (shipping === 'fulfilled') return 0
  return shipping === 'partial' && index > 0 ? 0 : line.currentQuantity
}

function parcels({ random, number, created, until }: FulfilmentMaking, shipping: Shipping): FulfillmentRecord[] {
  const code = digits(random, '###########')
  const sent = Math.min(until - 1000, created + random.int(6 * 3600, 3 * 86_400) * 1000)
  const company = random.pick(['DHL Express', 'UPS', 'La Poste', 'Royal Mail'])
  if (shipping !== 'fulfilled' && shipping !== 'partial') return []
  return [
    {
      id: gid('Fulfillment', number),
      name: `#${number}-F1`,
      status: 'SUCCESS',
      createdAt: rfc3339(sent),
      updatedAt: rfc3339(sent),
      trackingInfo: [{ company, number: `HP${code}`, url: `https://tracking.example.com/HP${code}` }],
    },
  ]
}
