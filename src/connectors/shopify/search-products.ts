import { z } from 'zod'
import type { StoreCall, StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { hasNextPageShape, pageInfoShape } from './fields.ts'
import { defineOperation } from './operation.ts'
import { type Filter, given, isAtOrAfter, isSameText, searchPage } from './paging.ts'
import { PRODUCT_FIELDS, productShape, productSummary } from './product-summary.ts'
import { before, equals, notBefore, words } from './query.ts'
import { productStatus } from './words.ts'

const productNode = productShape.extend({
  tags: z.array(z.string()).optional(),
  variants: z
    .object({ nodes: z.array(z.object({ sku: z.string().nullable() })), pageInfo: hasNextPageShape })
    .optional(),
})
type ProductNode = z.output<typeof productNode>

const definition = {
  tool: 'search_products',
  scopes: ['read_products'],
  answer: z.object({ products: z.object({ nodes: z.array(productNode), pageInfo: pageInfoShape }) }),
} as const

// Tags and variants are asked only where a filter must be checked against them.
export const searchProductsPlain = defineOperation({
  ...definition,
  document: `query SearchProducts($query: String, $first: Int!, $after: String, $byTag: Boolean!) {
    products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT, reverse: true) {
      nodes { ${PRODUCT_FIELDS} tags @include(if: $byTag) }
      pageInfo { hasNextPage endCursor }
    }
  }`,
})

export const searchProductsBySku = defineOperation({
  ...definition,
  document: `query SearchProductsBySku($query: String, $first: Int!, $after: String, $byTag: Boolean!) {
    products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT, reverse: true) {
      nodes {
        ${PRODUCT_FIELDS} tags @include(if: $byTag)
        variants(first: 50) { nodes { sku } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
})

// Variants count towards the platform's limit of 1,000 points for one query.
const PAGE_SIZE_BY_SKU = 10

/** Products, most recently changed first. All filters but `text` are checked on what the platform gives. */
export function searchProducts(client: ShopifyClient): StoreTool<'search_products'> {
  return async (call) => {
    const { input } = call
    const found = await searchPage<ProductNode>({
      filters: filtersOf(input),
      cursor: input.cursor,
      ask: async (at) => {
        const operation = input.sku === undefined ? searchProductsPlain : searchProductsBySku
        const { answer, tally } = await client.run(operation, call, { ...at, ...variablesOf(input) })
        return { answer: answer.products, tally }
      },
    })
    const items = found.nodes.map((node) => productSummary(node, found.tally))
    return { value: { items }, ...found.cursor, unknownFields: found.tally.unknown }
  }
}

type Input = StoreCall<'search_products'>['input']

function variablesOf(input: Input) {
  return {
    first: input.sku === undefined ? input.page_size : Math.min(input.page_size, PAGE_SIZE_BY_SKU),
    byTag: input.tag !== undefined,
  }
}

function filtersOf(input: Input): Filter<ProductNode>[] {
  return [
    ...given(input.text, (text) => ({ terms: words(text, 'text') })),
    ...given(input.sku, bySku),
    ...given(input.status, (status) => ({
      terms: [equals('status', status)],
      fits: (node: ProductNode) => productStatus.get(node.status) === status,
    })),
    ...given(input.vendor, (vendor) => ({
      terms: [equals('vendor', vendor)],
      fits: (node: ProductNode) => node.vendor === vendor,
    })),
    ...given(input.product_type, (type) => ({
      terms: [equals('product_type', type)],
      fits: (node: ProductNode) => node.productType === type,
    })),
    ...given(input.tag, (tag) => ({
      terms: [equals('tag', tag)],
      fits: (node: ProductNode) => node.tags?.some((one) => isSameText(one, tag)) ?? false,
    })),
    ...given(input.updated_after, (time) => ({
      terms: [notBefore('updated_at', time)],
      fits: (node: ProductNode) => isAtOrAfter(node.updatedAt, time),
    })),
    ...given(input.updated_before, (time) => ({
      terms: [before('updated_at', time)],
      fits: (node: ProductNode) => !isAtOrAfter(node.updatedAt, time),
    })),
  ]
}

// Of a product with more variants than are asked, the platform's word is taken.
function bySku(sku: string): Filter<ProductNode> {
  return {
    terms: [equals('sku', sku)],
    fits: ({ variants }) =>
      variants !== undefined && (variants.pageInfo.hasNextPage || variants.nodes.some((one) => one.sku === sku)),
  }
}
