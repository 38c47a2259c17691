import { HOSTILE } from './hostile.ts'
import type { AttributeRecord } from './records.ts'

export type Payment =
  | 'paid'
  | 'pending'
  | 'authorized'
  | 'partially_paid'
  | 'partially_refunded'
  | 'refunded'
  | 'cancelled'
export type Shipping = 'unfulfilled' | 'in_progress' | 'on_hold' | 'partial' | 'fulfilled'

/** What is fixed about an order, whatever the seed says. */
export type OrderSpecial = {
  /** Running number of the customer; null for a sale without one. */
  customer?: number | null
  payment?: Payment
  shipping?: Shipping
  test?: boolean
  note?: string
  attribute?: AttributeRecord
  lineAttribute?: AttributeRecord
  refundNote?: string
  address2?: string
}

export type CustomerSpecial = {
  country?: string
  firstName?: string
  lastName?: string
  note?: string
  phone?: null
}

export type ProductSpecial = {
  status?: 'ACTIVE' | 'DRAFT' | 'ARCHIVED'
  variants?: number
  cents?: number
  compareAtCents?: number
  descriptionHtml?: string
  /** Available pieces of the first variant at the three locations. */
  available?: [number, number, number]
}

/** By order number. */
const ORDER_SPECIALS: ReadonlyMap<number, OrderSpecial> = new Map<number, OrderSpecial>([
  [1005, { customer: 42, payment: 'paid', shipping: 'fulfilled' }],
  [2840, { customer: 42, payment: 'paid', shipping: 'fulfilled', attribute: { key: 'gift_wrap', value: 'yes' } }],
  [2845, { payment: 'refunded', shipping: 'fulfilled' }],
  [2852, { payment: 'partially_refunded', shipping: 'fulfilled' }],
  [
    2860,
    {
      customer: 9,
      payment: 'partially_refunded',
      shipping: 'fulfilled',
      refundNote: 'One glass arrived broken, photo seen.',
    },
  ],
  [2870, { payment: 'cancelled', shipping: 'unfulfilled' }],
  [2880, { customer: 101, payment: 'paid', shipping: 'fulfilled' }],
  [2890, { test: true }],
  [2895, { customer: null, payment: 'paid', shipping: 'fulfilled' }],
  [2900, { payment: 'paid', shipping: 'partial' }],
  [2936, { customer: 303, payment: 'paid' }],
  [2995, { customer: 42, payment: 'paid', note: 'Please leave the parcel with the neighbour at number 12.' }],
  [2998, { payment: 'pending', shipping: 'unfulfilled' }],
  [2999, { payment: 'paid', shipping: 'unfulfilled' }],
])

/** By running number of the customer. */
export const CUSTOMER_SPECIALS: ReadonlyMap<number, CustomerSpecial> = new Map<number, CustomerSpecial>([
  [9, { country: 'DE', firstName: 'Jürgen', lastName: 'Weiß' }],
  [42, { country: 'CZ', firstName: 'Zoë', lastName: 'Šťastná-Öberg' }],
  [55, { phone: null }],
  [77, { country: 'EG', firstName: 'نور', lastName: 'الهاشمي' }],
  [101, { country: 'JP', firstName: '太郎', lastName: '山田' }],
  [120, { note: hostile('customer_note', 120) }],
  [121, { note: hostile('customer_note', 121) }],
  [303, { country: 'GB', firstName: hostile('customer_name', 303), lastName: 'Fenwick' }],
])

/** By running number of the product. */
export const PRODUCT_SPECIALS: ReadonlyMap<number, ProductSpecial> = new Map<number, ProductSpecial>([
  [3, { status: 'ACTIVE', variants: 2, available: [2, 0, 0] }],
  [5, { status: 'ACTIVE', available: [0, 0, 0] }],
  [10, { status: 'ACTIVE', variants: 4 }],
  [17, { status: 'ACTIVE', descriptionHtml: hostile('product_description', 17) }],
  [29, { status: 'ACTIVE', cents: 3333, compareAtCents: 4999 }],
  [45, { status: 'DRAFT' }],
  [60, { status: 'ARCHIVED' }],
  [88, { status: 'ACTIVE', descriptionHtml: hostile('product_description', 88) }],
  [197, { status: 'ACTIVE', variants: 1, cents: 1 }],
])

/** The hostile texts of an order as its special fields; what ORDER_SPECIALS fixes stays. */
export function orderSpecial(number: number): OrderSpecial {
  const special: OrderSpecial = { ...ORDER_SPECIALS.get(number) }
  for (const { place, n, text } of HOSTILE) if (n === number) Object.assign(special, orderField(place, text))
  return special
}

function orderField(place: string, text: string): OrderSpecial {
  if (place === 'order_note') return { note: text }
  if (place === 'order_attribute') return { attribute: { key: 'message', value: text } }
  if (place === 'line_attribute') return { lineAttribute: { key: 'gift_message', value: text } }
  if (place === 'refund_note') return { refundNote: text }
  return place === 'address_line' ? { address2: text } : {}
}

function hostile(place: string, n: number): string {
  const found = HOSTILE.find((text) => text.place === place && text.n === n)
  if (found === undefined) throw new RangeError(`no hostile text for ${place} ${n}`)
  return found.text
}
