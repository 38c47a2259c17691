import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { money, present, shopMoneyShape } from './fields.ts'
import type { Tally } from './shape.ts'
import { fulfillmentStatus, paymentStatus, word } from './words.ts'

type Summary = AnswerOf<'search_orders'>['items'][number]

/** What every answer about an order holds. The total and the customer are asked by each operation in its own breadth. */
export const ORDER_FIELDS =
  'id name createdAt updatedAt cancelledAt closedAt test displayFinancialStatus displayFulfillmentStatus'

export const orderShape = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  cancelledAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  test: z.boolean(),
  displayFinancialStatus: z.string().nullable(),
  displayFulfillmentStatus: z.string(),
  currentTotalPriceSet: shopMoneyShape,
  customer: z.object({ id: z.string() }).nullable(),
})
type OrderNode = z.output<typeof orderShape>

export function orderSummary(node: OrderNode, tally: Tally): Summary {
  return {
    id: node.id,
    number: node.name,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    status: orderStatus(node),
    payment_status: word(paymentStatus, node.displayFinancialStatus, tally),
    fulfillment_status: word(fulfillmentStatus, node.displayFulfillmentStatus, tally),
    test: node.test,
    total: money(node.currentTotalPriceSet.shopMoney),
    customer_id: present(node.customer?.id),
  }
}

/** A cancelled order counts as cancelled even when it was closed too. */
export function orderStatus(node: Pick<OrderNode, 'cancelledAt' | 'closedAt'>): NonNullable<Summary['status']> {
  if (node.cancelledAt !== null) return 'cancelled'
  return node.closedAt === null ? 'open' : 'closed'
}
