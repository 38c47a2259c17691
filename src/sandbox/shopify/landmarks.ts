import { sku } from './data/catalogue.ts'
import { HOSTILE, type HostilePlace } from './data/hostile.ts'
import { gid } from './data/ids.ts'

/** Where a hostile text stands: `id` is the order, customer or product that carries it. */
export type HostileLandmark = { key: string; place: HostilePlace; id: string; text: string }

/** Known special things of the simulated shop. They are there under every seed and day. */
export const LANDMARKS = {
  /** Ordinary: paid and sent, by the customer with the accented name. */
  plainOrder: order(2840),
  /** A harmless note of the customer. */
  benignNote: { ...order(2995), note: 'Please leave the parcel with the neighbour at number 12.' },
  /** Placed more than 390 days before the day the data was made. */
  oldOrder: order(1005),
  fullRefund: order(2845),
  partialRefund: { ...order(2860), refundNote: 'One glass arrived broken, photo seen.' },
  cancelled: order(2870),
  /** The customer saw and paid yen. */
  yenOrder: order(2880),
  testOrder: order(2890),
  withoutCustomer: order(2895),
  partlySent: order(2900),
  pending: order(2998),
  unfulfilled: order(2999),
  /** By the customer whose name is an instruction. */
  orderOfHostileName: order(2936),
  unicodeCustomer: { id: gid('Customer', 42), displayName: 'Zoë Šťastná-Öberg' },
  rightToLeftCustomer: { id: gid('Customer', 77), displayName: 'نور الهاشمي' },
  japaneseCustomer: { id: gid('Customer', 101), displayName: '太郎 山田' },
  withoutPhone: { id: gid('Customer', 55) },
  /** Two pieces left, all in the warehouse. */
  lowStock: { sku: sku(3, 1), productId: gid('Product', 3), available: 2 },
  soldOut: { sku: sku(5, 1), productId: gid('Product', 5) },
  fourVariants: { id: gid('Product', 10) },
  oddPrice: { sku: sku(29, 1), price: '33.33', compareAtPrice: '49.99' },
  oneCent: { sku: sku(197, 1), price: '0.01' },
  draft: { id: gid('Product', 45) },
  archived: { id: gid('Product', 60) },
  hostile: HOSTILE.map(({ key, place, n, text }): HostileLandmark => ({ key, place, id: idOf(place, n), text })),
} as const

function order(number: number) {
  return { id: gid('Order', number), name: `#${number}` }
}

function idOf(place: HostilePlace, n: number): string {
  if (place === 'product_description') return gid('Product', n)
  return place === 'customer_note' || place === 'customer_name' ? gid('Customer', n) : gid('Order', n)
}
