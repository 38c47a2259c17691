import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { moneyOf } from '#kernel'
import type { StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { hasNextPageShape, present } from './fields.ts'
import { gid, notFound } from './ids.ts'
import { defineOperation } from './operation.ts'
import { PRODUCT_FIELDS, productShape, productSummary } from './product-summary.ts'
import type { Tally } from './shape.ts'

const variantShape = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  title: z.string(),
  price: z.string(),
  compareAtPrice: z.string().nullable(),
  inventoryQuantity: z.number().nullable(),
  inventoryItem: z.object({ tracked: z.boolean() }),
})

const productNode = productShape.extend({
  handle: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  variants: z.object({ nodes: z.array(variantShape), pageInfo: hasNextPageShape }),
})
type ProductNode = z.output<typeof productNode>

export const getProductOperation = defineOperation({
  tool: 'get_product',
  scopes: ['read_products'],
  document: `query GetProduct($id: ID!) {
    product(id: $id) {
      ${PRODUCT_FIELDS}
      handle description tags createdAt
      variants(first: 50) {
        nodes { id sku title price compareAtPrice inventoryQuantity inventoryItem { tracked } }
        pageInfo { hasNextPage }
      }
    }
  }`,
  answer: z.object({ product: productNode.nullable() }),
})

/** One product with up to 50 variants. */
export function getProduct(client: ShopifyClient): StoreTool<'get_product'> {
  return async (call) => {
    const { answer, tally } = await client.run(getProductOperation, call, { id: gid('Product', call.input.id) })
    if (answer.product === null) throw notFound('Product')
    return { value: product(answer.product, tally), unknownFields: tally.unknown }
  }
}

type Product = AnswerOf<'get_product'>

function product(node: ProductNode, tally: Tally): Product {
  // Variant prices are bare decimals in the currency of the shop, which the price range names.
  const currency = node.priceRangeV2.minVariantPrice.currencyCode
  return Object.assign(productSummary(node, tally), {
    slug: node.handle,
    description: node.description,
    tags: node.tags,
    created_at: node.createdAt,
    variants: node.variants.nodes.map((variant) => mapVariant(variant, currency)),
    more_variants: node.variants.pageInfo.hasNextPage,
  })
}

function mapVariant(node: z.output<typeof variantShape>, currency: string): Product['variants'][number] {
  return {
    id: node.id,
    sku: present(node.sku),
    title: node.title,
    price: moneyOf(node.price, currency),
    compare_at_price: node.compareAtPrice === null ? undefined : moneyOf(node.compareAtPrice, currency),
    stock: present(node.inventoryQuantity),
    stock_tracked: node.inventoryItem.tracked,
  }
}
