import { z } from 'zod'
import { count, country, id, money, oneOf, personal, text, time } from './leaf.ts'

export const CUSTOMER_STATES = ['enabled', 'disabled', 'invited', 'declined'] as const

/** Where something is sent. The country is a safe fact; the rest is personal. */
export const address = z.object({
  name: personal('name', 'who lives there').optional(),
  line1: personal('address', 'street and number').optional(),
  line2: personal('address', 'flat, floor, company').optional(),
  city: personal('address', 'city').optional(),
  postal_code: personal('address', 'postal code').optional(),
  region: personal('address', 'state or province').optional(),
  country: country('ISO 3166-1 alpha-2').optional(),
  phone: personal('phone', 'phone for the delivery').optional(),
})

/** What a search shows of a customer. */
export const customerSummary = z.object({
  id: id('customer id'),
  name: personal('name', 'customer name').optional(),
  email: personal('email', 'e-mail address').optional(),
  state: oneOf(CUSTOMER_STATES, 'state of the customer account in the store').optional(),
  country: country('country of the default address').optional(),
  order_count: count('orders so far').optional(),
  spent: money('spent so far, in the store currency').optional(),
  created_at: time('first seen').optional(),
})

/** A customer as the store knows them. */
export const customer = customerSummary.extend({
  phone: personal('phone', 'phone number').optional(),
  note: text('customer', 'note about the customer; may repeat what the customer wrote').optional(),
  tags: z.array(text('customer', 'tag; sign-up forms and apps write these too')).optional(),
  address: address.describe('default address').optional(),
})
