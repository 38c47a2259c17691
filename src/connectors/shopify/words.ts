import type { AnswerOf } from '#commerce'
import type { Tally } from './shape.ts'

type Order = AnswerOf<'get_order'>
type Product = AnswerOf<'get_product'>
type Customer = AnswerOf<'get_customer'>
type Shipment = NonNullable<Order['shipments']>[number]

/** Platform words and ours; undefined stands for a word that is known but has no counterpart. */
type Words<Word> = ReadonlyMap<string, Word | undefined>

/** Our word for the platform's, or undefined; a word that is not in the list is counted. */
export function word<Word>(words: Words<Word>, value: string | null, tally: Tally): Word | undefined {
  if (value === null) return undefined
  if (!words.has(value)) tally.unknown += 1
  return words.get(value)
}

/** `OrderDisplayFinancialStatus`. */
export const paymentStatus: Words<NonNullable<Order['payment_status']>> = new Map([
  ['PENDING', 'pending'],
  ['AUTHORIZED', 'authorized'],
  ['PARTIALLY_PAID', 'partially_paid'],
  ['PAID', 'paid'],
  ['PARTIALLY_REFUNDED', 'partially_refunded'],
  ['REFUNDED', 'refunded'],
  ['VOIDED', 'voided'],
  ['EXPIRED', 'expired'],
])

/** `OrderDisplayFulfillmentStatus`. */
export const fulfillmentStatus: Words<NonNullable<Order['fulfillment_status']>> = new Map([
  ['UNFULFILLED', 'unfulfilled'],
  ['OPEN', 'unfulfilled'],
  ['PARTIALLY_FULFILLED', 'partially_fulfilled'],
  ['FULFILLED', 'fulfilled'],
  ['ON_HOLD', 'on_hold'],
  ['SCHEDULED', 'scheduled'],
  ['IN_PROGRESS', 'in_progress'],
  ['PENDING_FULFILLMENT', 'in_progress'],
  ['RESTOCKED', 'restocked'],
  ['REQUEST_DECLINED', undefined],
  ['FULFILLMENT_NOT_REQUIRED', undefined],
])

/** `OrderCancelReason`. */
export const cancelReason: Words<NonNullable<Order['cancel_reason']>> = new Map([
  ['CUSTOMER', 'customer'],
  ['DECLINED', 'declined'],
  ['FRAUD', 'fraud'],
  ['INVENTORY', 'inventory'],
  ['STAFF', 'staff'],
  ['OTHER', 'other'],
])

/** `FulfillmentStatus`. */
export const shipmentStatus: Words<NonNullable<Shipment['status']>> = new Map([
  ['PENDING', 'pending'],
  ['OPEN', 'open'],
  ['SUCCESS', 'success'],
  ['CANCELLED', 'cancelled'],
  ['ERROR', 'error'],
  ['FAILURE', 'failure'],
])

/** `ProductStatus`. An unlisted product is sold to whoever has its link, which is none of our words. */
export const productStatus: Words<NonNullable<Product['status']>> = new Map([
  ['ACTIVE', 'active'],
  ['DRAFT', 'draft'],
  ['ARCHIVED', 'archived'],
  ['UNLISTED', undefined],
])

/** `CustomerState`. */
export const customerState: Words<NonNullable<Customer['state']>> = new Map([
  ['ENABLED', 'enabled'],
  ['DISABLED', 'disabled'],
  ['INVITED', 'invited'],
  ['DECLINED', 'declined'],
])
