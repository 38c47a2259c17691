import { z } from 'zod'
import type { StoreCall, StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { CUSTOMER_FIELDS, customerShape, customerSummary } from './customer-summary.ts'
import { pageInfoShape } from './fields.ts'
import { defineOperation } from './operation.ts'
import { type Filter, given, isAtOrAfter, isSameText, searchPage } from './paging.ts'
import { atLeast, before, equals, notBefore } from './query.ts'

const customerNode = customerShape.extend({
  defaultPhoneNumber: z.object({ phoneNumber: z.string() }).nullish(),
  tags: z.array(z.string()).optional(),
})
type CustomerNode = z.output<typeof customerNode>

// Phone and tags are asked only where a filter must be checked against them.
export const searchCustomersOperation = defineOperation({
  tool: 'search_customers',
  scopes: ['read_customers'],
  document: `query SearchCustomers($query: String, $first: Int!, $after: String, $byPhone: Boolean!, $byTag: Boolean!) {
    customers(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
      nodes {
        ${CUSTOMER_FIELDS}
        defaultAddress { countryCodeV2 }
        defaultPhoneNumber @include(if: $byPhone) { phoneNumber }
        tags @include(if: $byTag)
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  answer: z.object({ customers: z.object({ nodes: z.array(customerNode), pageInfo: pageInfoShape }) }),
})

/** Customers, newest first. The platform matches loosely, so every filter is checked on what it gives. */
export function searchCustomers(client: ShopifyClient): StoreTool<'search_customers'> {
  return async (call) => {
    const { input } = call
    const found = await searchPage<CustomerNode>({
      filters: filtersOf(input),
      cursor: input.cursor,
      ask: async (at) => {
        const { answer, tally } = await client.run(searchCustomersOperation, call, { ...at, ...variablesOf(input) })
        return { answer: answer.customers, tally }
      },
    })
    const items = found.nodes.map((node) => customerSummary(node, found.tally))
    return { value: { items }, ...found.cursor, unknownFields: found.tally.unknown }
  }
}

type Input = StoreCall<'search_customers'>['input']

function variablesOf(input: Input) {
  return { first: input.page_size, byPhone: input.phone !== undefined, byTag: input.tag !== undefined }
}

function filtersOf(input: Input): Filter<CustomerNode>[] {
  return [
    ...given(input.email, (email) => ({
      terms: [equals('email', email)],
      fits: (node: CustomerNode) => isSameText(node.defaultEmailAddress?.emailAddress, email),
    })),
    ...given(input.phone, (phone) => ({
      terms: [equals('phone', phone)],
      fits: (node: CustomerNode) => digits(node.defaultPhoneNumber?.phoneNumber) === digits(phone),
    })),
    ...given(input.country, (country) => ({
      terms: [equals('country', country)],
      fits: (node: CustomerNode) => node.defaultAddress?.countryCodeV2 === country,
    })),
    ...given(input.tag, (tag) => ({
      terms: [equals('tag', tag)],
      fits: (node: CustomerNode) => node.tags?.some((one) => isSameText(one, tag)) ?? false,
    })),
    ...given(input.orders_min, (orders) => ({
      terms: [atLeast('orders_count', orders)],
      fits: (node: CustomerNode) => node.numberOfOrders >= orders,
    })),
    ...given(input.created_after, (time) => ({
      terms: [notBefore('customer_date', time)],
      fits: (node: CustomerNode) => isAtOrAfter(node.createdAt, time),
    })),
    ...given(input.created_before, (time) => ({
      terms: [before('customer_date', time)],
      fits: (node: CustomerNode) => !isAtOrAfter(node.createdAt, time),
    })),
  ]
}

// Stores keep numbers with and without spaces.
function digits(phone: string | undefined): string | undefined {
  return phone?.replace(/\D/g, '')
}
