import { z } from 'zod'
import { code, count, flag, id, money, oneOf, text, time } from './leaf.ts'

export const PRODUCT_STATUSES = ['active', 'draft', 'archived'] as const

/** A thing that is sold in one size, colour or other choice. */
const variant = z.object({
  id: id('variant id'),
  sku: text('merchant', "the merchant's stock keeping unit", 'public').optional(),
  title: text('merchant', 'what sets this variant apart', 'public').optional(),
  price: money('selling price').optional(),
  compare_at_price: money('former price shown struck through').optional(),
  stock: count('units available over all locations; negative when oversold').optional(),
  stock_tracked: flag('whether the store counts stock of this variant').optional(),
})

/** What a search shows of a product. */
export const productSummary = z.object({
  id: id('product id'),
  title: text('merchant', 'product title', 'public').optional(),
  status: oneOf(PRODUCT_STATUSES, 'only active products are sold').optional(),
  vendor: text('merchant', 'brand or maker', 'public').optional(),
  product_type: text('merchant', "the merchant's own category", 'public').optional(),
  price_min: money('lowest variant price').optional(),
  price_max: money('highest variant price').optional(),
  stock: count('units available over all variants and locations').optional(),
  updated_at: time('last change').optional(),
})

/** A product with its variants. Its description often comes from a supplier's feed, hence the writer. */
export const product = productSummary.extend({
  slug: code('last part of the product page address').optional(),
  description: text('supplier', 'product description as plain text; often fed by a supplier', 'public').optional(),
  tags: z.array(text('merchant', "a merchant's tag", 'public')).optional(),
  created_at: time('creation').optional(),
  variants: z.array(variant),
  more_variants: flag('true when the product has more variants than are listed here').optional(),
})

/** What is on the shelf of one location. */
const inventoryLevel = z.object({
  location_id: id('location id'),
  location: text('merchant', 'name of the shop, warehouse or shelf').optional(),
  available: count('units that can be sold').optional(),
  on_hand: count('units physically there').optional(),
  committed: count('units promised to open orders').optional(),
})

/** The stock of one variant at each location. */
export const variantInventory = z.object({
  variant_id: id('variant id'),
  product_id: id('product id').optional(),
  sku: text('merchant', "the merchant's stock keeping unit", 'public').optional(),
  product_title: text('merchant', 'product title', 'public').optional(),
  stock_tracked: flag('whether the store counts stock of this variant').optional(),
  levels: z.array(inventoryLevel),
})
