import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import type { StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import {
  ADDRESS_FIELDS,
  address,
  addressShape,
  attributes,
  attributesShape,
  hasNextPageShape,
  money,
  moneyShape,
  present,
  shopMoneyShape,
} from './fields.ts'
import { gid, notFound } from './ids.ts'
import { defineOperation } from './operation.ts'
import { ORDER_FIELDS, orderShape, orderSummary } from './order-summary.ts'
import type { Tally } from './shape.ts'
import { cancelReason, shipmentStatus, word } from './words.ts'

const lineShape = z.object({
  id: z.string(),
  title: z.string(),
  sku: z.string().nullable(),
  quantity: z.number(),
  originalUnitPriceSet: shopMoneyShape,
  customAttributes: attributesShape,
})

const refundShape = z.object({
  id: z.string(),
  createdAt: z.string().nullable(),
  note: z.string().nullable(),
  totalRefundedSet: shopMoneyShape,
})

const fulfillmentShape = z.object({
  id: z.string(),
  status: z.string(),
  createdAt: z.string(),
  trackingInfo: z.array(z.object({ company: z.string().nullable(), number: z.string().nullable() })),
})

const orderNode = orderShape.extend({
  cancelReason: z.string().nullable(),
  note: z.string().nullable(),
  tags: z.array(z.string()),
  customAttributes: attributesShape,
  email: z.string().nullable(),
  phone: z.string().nullable(),
  customer: z.object({ id: z.string(), displayName: z.string() }).nullable(),
  shippingAddress: addressShape.nullable(),
  currentTotalPriceSet: z.object({ shopMoney: moneyShape, presentmentMoney: moneyShape }),
  currentSubtotalPriceSet: shopMoneyShape,
  currentShippingPriceSet: shopMoneyShape,
  currentTotalTaxSet: shopMoneyShape,
  totalRefundedSet: shopMoneyShape,
  lineItems: z.object({ nodes: z.array(lineShape), pageInfo: hasNextPageShape }),
  refunds: z.array(refundShape),
  fulfillments: z.array(fulfillmentShape),
})
type OrderNode = z.output<typeof orderNode>

export const getOrderOperation = defineOperation({
  tool: 'get_order',
  scopes: ['read_orders', 'read_customers'],
  document: `query GetOrder($id: ID!) {
    order(id: $id) {
      ${ORDER_FIELDS}
      cancelReason note tags email phone
      customAttributes { key value }
      customer { id displayName }
      shippingAddress { ${ADDRESS_FIELDS} }
      currentTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
      currentSubtotalPriceSet { shopMoney { amount currencyCode } }
      currentShippingPriceSet { shopMoney { amount currencyCode } }
      currentTotalTaxSet { shopMoney { amount currencyCode } }
      totalRefundedSet { shopMoney { amount currencyCode } }
      lineItems(first: 50) {
        nodes {
          id title sku quantity
          originalUnitPriceSet { shopMoney { amount currencyCode } }
          customAttributes { key value }
        }
        pageInfo { hasNextPage }
      }
      refunds(first: 20) { id createdAt note totalRefundedSet { shopMoney { amount currencyCode } } }
      fulfillments(first: 20) { id status createdAt trackingInfo(first: 1) { company number } }
    }
  }`,
  answer: z.object({ order: orderNode.nullable() }),
})

/** One order with up to 50 lines, 20 refunds and 20 shipments. */
export function getOrder(client: ShopifyClient): StoreTool<'get_order'> {
  return async (call) => {
    const { answer, tally } = await client.run(getOrderOperation, call, { id: gid('Order', call.input.id) })
    if (answer.order === null) throw notFound('Order')
    return { value: order(answer.order, tally), unknownFields: tally.unknown }
  }
}

type Order = AnswerOf<'get_order'>

// Assigning is measured: a literal that spreads the summary first costs twice as much in V8.
function order(node: OrderNode, tally: Tally): Order {
  return Object.assign(orderSummary(node, tally), {
    cancelled_at: present(node.cancelledAt),
    cancel_reason: word(cancelReason, node.cancelReason, tally),
    note: present(node.note),
    attributes: attributes(node.customAttributes),
    tags: node.tags,
    lines: node.lineItems.nodes.map(line),
    more_lines: node.lineItems.pageInfo.hasNextPage,
    subtotal: money(node.currentSubtotalPriceSet.shopMoney),
    shipping: money(node.currentShippingPriceSet.shopMoney),
    tax: money(node.currentTotalTaxSet.shopMoney),
    refunded: money(node.totalRefundedSet.shopMoney),
    paid_in: money(node.currentTotalPriceSet.presentmentMoney),
    email: present(node.email),
    phone: present(node.phone),
    customer_name: present(node.customer?.displayName),
    shipping_address: node.shippingAddress === null ? undefined : address(node.shippingAddress),
    refunds: node.refunds.map(refund),
    shipments: node.fulfillments.map((fulfillment) => shipment(fulfillment, tally)),
  })
}

function line(node: z.output<typeof lineShape>): Order['lines'][number] {
  return {
    id: node.id,
    title: node.title,
    sku: present(node.sku),
    quantity: node.quantity,
    unit_price: money(node.originalUnitPriceSet.shopMoney),
    attributes: attributes(node.customAttributes),
  }
}

function refund(node: z.output<typeof refundShape>): NonNullable<Order['refunds']>[number] {
  return {
    id: node.id,
    created_at: present(node.createdAt),
    amount: money(node.totalRefundedSet.shopMoney),
    note: present(node.note),
  }
}

function shipment(node: z.output<typeof fulfillmentShape>, tally: Tally): NonNullable<Order['shipments']>[number] {
  return {
    id: node.id,
    status: word(shipmentStatus, node.status, tally),
    created_at: node.createdAt,
    carrier: present(node.trackingInfo[0]?.company),
    tracking_number: present(node.trackingInfo[0]?.number),
  }
}
