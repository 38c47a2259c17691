import { z } from 'zod'
import { AppError } from '#kernel'
import type { StoreCall, StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { hasNextPageShape, pageInfoShape } from './fields.ts'
import { gid, idNumber } from './ids.ts'
import { defineOperation } from './operation.ts'
import { ORDER_FIELDS, orderShape, orderStatus, orderSummary } from './order-summary.ts'
import { type Filter, given, isAtOrAfter, isSameText, searchPage } from './paging.ts'
import { before, equals, is, notBefore, numbered } from './query.ts'
import { fulfillmentStatus, paymentStatus } from './words.ts'

const orderNode = orderShape.extend({
  email: z.string().nullish(),
  tags: z.array(z.string()).optional(),
  lineItems: z
    .object({ nodes: z.array(z.object({ sku: z.string().nullable() })), pageInfo: hasNextPageShape })
    .optional(),
})
type OrderNode = z.output<typeof orderNode>

const SEARCHED = `${ORDER_FIELDS}
  currentTotalPriceSet { shopMoney { amount currencyCode } }
  customer { id }
  email @include(if: $byEmail)
  tags @include(if: $byTag)`

const definition = {
  tool: 'search_orders',
  scopes: ['read_orders', 'read_customers'],
  answer: z.object({ orders: z.object({ nodes: z.array(orderNode), pageInfo: pageInfoShape }) }),
} as const

// E-mail, tags and lines are asked only where a filter must be checked against them.
export const searchOrdersPlain = defineOperation({
  ...definition,
  document: `query SearchOrders($query: String, $first: Int!, $after: String, $byEmail: Boolean!, $byTag: Boolean!) {
    orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
      nodes { ${SEARCHED} }
      pageInfo { hasNextPage endCursor }
    }
  }`,
})

export const searchOrdersBySku = defineOperation({
  ...definition,
  document: `query SearchOrdersBySku($query: String, $first: Int!, $after: String, $byEmail: Boolean!, $byTag: Boolean!) {
    orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
      nodes { ${SEARCHED} lineItems(first: 50) { nodes { sku } pageInfo { hasNextPage } } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
})

// Lines count towards the platform's limit of 1,000 points for one query.
const PAGE_SIZE_BY_SKU = 10

/** Orders, newest first. The platform matches loosely, so every filter is checked on what it gives. */
export function searchOrders(client: ShopifyClient): StoreTool<'search_orders'> {
  return async (call) => {
    const { input } = call
    const found = await searchPage<OrderNode>({
      filters: filtersOf(input),
      cursor: input.cursor,
      ask: async (at) => {
        const operation = input.sku === undefined ? searchOrdersPlain : searchOrdersBySku
        const { answer, tally } = await client.run(operation, call, { ...at, ...variablesOf(input) })
        return { answer: answer.orders, tally }
      },
    })
    const items = found.nodes.map((node) => orderSummary(node, found.tally))
    return { value: { items }, ...found.cursor, unknownFields: found.tally.unknown }
  }
}

type Input = StoreCall<'search_orders'>['input']

function variablesOf(input: Input) {
  return {
    first: input.sku === undefined ? input.page_size : Math.min(input.page_size, PAGE_SIZE_BY_SKU),
    byEmail: input.email !== undefined,
    byTag: input.tag !== undefined,
  }
}

function filtersOf(input: Input): Filter<OrderNode>[] {
  return [
    ...given(input.number, byNumber),
    ...given(input.status, (status) => ({
      terms: [equals('status', status)],
      fits: (node: OrderNode) => orderStatus(node) === status,
    })),
    ...given(input.payment_status, (status) => ({
      terms: [equals('financial_status', status)],
      fits: (node: OrderNode) => paymentStatus.get(node.displayFinancialStatus ?? '') === status,
    })),
    ...given(input.fulfillment_status, byFulfillment),
    ...given(input.email, (email) => ({
      terms: [equals('email', email)],
      fits: (node: OrderNode) => isSameText(node.email, email),
    })),
    ...given(input.customer_id, (id) => ({
      terms: [numbered('customer_id', idNumber('Customer', id))],
      fits: (node: OrderNode) => node.customer?.id === gid('Customer', id),
    })),
    ...given(input.sku, bySku),
    ...given(input.tag, (tag) => ({
      terms: [equals('tag', tag)],
      fits: (node: OrderNode) => node.tags?.some((one) => isSameText(one, tag)) ?? false,
    })),
    ...given(input.test, (test) => ({ terms: [is('test', test)], fits: (node: OrderNode) => node.test === test })),
    ...byTime(input),
  ]
}

function byTime(input: Input): Filter<OrderNode>[] {
  return [
    ...given(input.created_after, (time) => ({
      terms: [notBefore('created_at', time)],
      fits: (node: OrderNode) => isAtOrAfter(node.createdAt, time),
    })),
    ...given(input.created_before, (time) => ({
      terms: [before('created_at', time)],
      fits: (node: OrderNode) => !isAtOrAfter(node.createdAt, time),
    })),
    ...given(input.updated_after, (time) => ({
      terms: [notBefore('updated_at', time)],
      fits: (node: OrderNode) => isAtOrAfter(node.updatedAt, time),
    })),
    ...given(input.updated_before, (time) => ({
      terms: [before('updated_at', time)],
      fits: (node: OrderNode) => !isAtOrAfter(node.updatedAt, time),
    })),
  ]
}

// People say 1001 for #1001; the platform's search takes both without the sign.
function byNumber(number: string): Filter<OrderNode> {
  const bare = number.replace(/^#/, '')
  return {
    terms: [equals('name', bare, 'number')],
    fits: (node) => isSameText(node.name.replace(/^#/, ''), bare),
  }
}

// Of an order with more lines than are asked, the platform's word is taken.
function bySku(sku: string): Filter<OrderNode> {
  return {
    terms: [equals('sku', sku)],
    fits: ({ lineItems }) =>
      lineItems !== undefined && (lineItems.pageInfo.hasNextPage || lineItems.nodes.some((line) => line.sku === sku)),
  }
}

const FULFILLMENT_SEARCH = new Map([
  ['unfulfilled', 'unfulfilled'],
  ['partially_fulfilled', 'partial'],
  ['fulfilled', 'fulfilled'],
  ['on_hold', 'on_hold'],
  ['scheduled', 'scheduled'],
])

function byFulfillment(status: NonNullable<Input['fulfillment_status']>): Filter<OrderNode> {
  const searched = FULFILLMENT_SEARCH.get(status)
  if (searched === undefined)
    throw new AppError('unsupported_by_store', `This store cannot search \`fulfillment_status\` for ${status}.`, {
      field: 'fulfillment_status',
    })
  return {
    terms: [equals('fulfillment_status', searched)],
    fits: (node) => fulfillmentStatus.get(node.displayFulfillmentStatus) === status,
  }
}
