import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { money, moneyShape } from './fields.ts'
import type { Tally } from './shape.ts'
import { productStatus, word } from './words.ts'

type Summary = AnswerOf<'search_products'>['items'][number]

/** What every answer about a product holds. */
export const PRODUCT_FIELDS = `id title status vendor productType totalInventory updatedAt
  priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }`

export const productShape = z.object({
  id: z.string(),
  title: z.string(),
  status: z.string(),
  vendor: z.string(),
  productType: z.string(),
  totalInventory: z.number(),
  updatedAt: z.string(),
  priceRangeV2: z.object({ minVariantPrice: moneyShape, maxVariantPrice: moneyShape }),
})

export function productSummary(node: z.output<typeof productShape>, tally: Tally): Summary {
  return {
    id: node.id,
    title: node.title,
    status: word(productStatus, node.status, tally),
    vendor: node.vendor,
    product_type: node.productType,
    price_min: money(node.priceRangeV2.minVariantPrice),
    price_max: money(node.priceRangeV2.maxVariantPrice),
    stock: node.totalInventory,
    updated_at: node.updatedAt,
  }
}
