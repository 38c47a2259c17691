import { z } from 'zod'
import { address } from './customer.ts'
import { code, count, flag, id, money, oneOf, personal, text, time } from './leaf.ts'

export const ORDER_STATUSES = ['open', 'closed', 'cancelled'] as const
export const PAYMENT_STATUSES = [
  'pending',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'voided',
  'expired',
] as const
export const FULFILLMENT_STATUSES = [
  'unfulfilled',
  'partially_fulfilled',
  'fulfilled',
  'on_hold',
  'scheduled',
  'in_progress',
  'restocked',
] as const
export const CANCEL_REASONS = ['customer', 'declined', 'fraud', 'inventory', 'staff', 'other'] as const
export const SHIPMENT_STATUSES = ['pending', 'open', 'success', 'cancelled', 'error', 'failure'] as const

/** What a search shows of an order. */
export const orderSummary = z.object({
  id: id('order id'),
  number: code('order number as people say it, e.g. #1001').optional(),
  created_at: time('when it was placed').optional(),
  updated_at: time('last change').optional(),
  status: oneOf(ORDER_STATUSES, 'open, closed (all done) or cancelled').optional(),
  payment_status: oneOf(PAYMENT_STATUSES, 'state of the payment').optional(),
  fulfillment_status: oneOf(FULFILLMENT_STATUSES, 'state of the delivery').optional(),
  test: flag('a test order: no real money moved').optional(),
  total: money('what the order costs now, after edits and refunds, in the store currency').optional(),
  customer_id: id('customer id').optional(),
})

const attribute = z.object({
  name: text('customer', 'name of a field that the storefront added').optional(),
  value: text('customer', 'what was entered').optional(),
})

const line = z.object({
  id: id('order line id'),
  title: text('merchant', 'product title at the time of the order', 'public').optional(),
  sku: text('merchant', "the merchant's stock keeping unit", 'public').optional(),
  quantity: count('units ordered').optional(),
  unit_price: money('price of one unit').optional(),
  attributes: z.array(attribute).optional(),
})

const refund = z.object({
  id: id('refund id'),
  created_at: time('when it was made').optional(),
  amount: money('amount paid back').optional(),
  note: text('customer', 'reason; often repeats what the customer wrote').optional(),
})

const shipment = z.object({
  id: id('shipment id'),
  status: oneOf(SHIPMENT_STATUSES, 'state of the shipment').optional(),
  created_at: time('when it was made').optional(),
  carrier: text('staff', 'carrier').optional(),
  tracking_number: text('staff', 'tracking number').optional(),
})

/** An order with its lines, money, deliveries and the person who placed it. */
export const order = orderSummary.extend({
  cancelled_at: time('when it was cancelled').optional(),
  cancel_reason: oneOf(CANCEL_REASONS, 'why it was cancelled').optional(),
  note: text('customer', 'note of the order; customers write these at the checkout').optional(),
  attributes: z.array(attribute).optional(),
  tags: z.array(text('staff', "the shop's own tag")).optional(),
  lines: z.array(line),
  more_lines: flag('true when the order has more lines than are listed here').optional(),
  subtotal: money('sum of the lines after discounts').optional(),
  shipping: money('shipping').optional(),
  tax: money('tax').optional(),
  refunded: money('paid back so far').optional(),
  paid_in: money('the total in the currency that the customer saw').optional(),
  email: personal('email', 'contact of this order').optional(),
  phone: personal('phone', 'contact of this order').optional(),
  customer_name: personal('name', 'customer name').optional(),
  shipping_address: address.optional(),
  refunds: z.array(refund).optional(),
  shipments: z.array(shipment).optional(),
})
