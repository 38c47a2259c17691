import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { money, moneyShape, present } from './fields.ts'
import type { Tally } from './shape.ts'
import { customerState, word } from './words.ts'

type Summary = AnswerOf<'search_customers'>['items'][number]

/** What every answer about a customer holds; the address is asked by each operation in its own breadth. */
export const CUSTOMER_FIELDS = `id displayName state numberOfOrders createdAt
  amountSpent { amount currencyCode }
  defaultEmailAddress { emailAddress }`

export const customerShape = z.object({
  id: z.string(),
  displayName: z.string(),
  state: z.string(),
  // An UnsignedInt64, which the platform writes as a string.
  numberOfOrders: z.coerce.number().int().nonnegative(),
  createdAt: z.string(),
  amountSpent: moneyShape,
  defaultEmailAddress: z.object({ emailAddress: z.string() }).nullable(),
  defaultAddress: z.object({ countryCodeV2: z.string().nullable() }).nullable(),
})

export function customerSummary(node: z.output<typeof customerShape>, tally: Tally): Summary {
  return {
    id: node.id,
    name: node.displayName,
    email: present(node.defaultEmailAddress?.emailAddress),
    state: word(customerState, node.state, tally),
    country: present(node.defaultAddress?.countryCodeV2),
    order_count: node.numberOfOrders,
    spent: money(node.amountSpent),
    created_at: node.createdAt,
  }
}
