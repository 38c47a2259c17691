import { gid } from './ids.ts'
import { moneyBag } from './money.ts'
import { at, type Random } from './random.ts'
import type { AttributeRecord, LineItemRecord, MoneyBagRecord, ProductRecord, VariantRecord } from './records.ts'
import type { OrderSpecial } from './specials.ts'
import { LINE_ATTRIBUTES } from './words.ts'

/** Lines of one order at most; their ids are counted in steps of it. */
const LINES_MAX = 5
const FREE_SHIPPING_CENTS = 8000

/** Value added tax in percent, contained in the prices; elsewhere none is charged. */
const TAX_PERCENT: Record<string, number> = {
  DE: 19,
  AT: 20,
  FR: 20,
  IE: 23,
  NL: 21,
  ES: 21,
  IT: 22,
  SE: 25,
  PL: 23,
  CZ: 21,
  GR: 24,
  GB: 20,
}

/** What was bought: the lines and the sums before any refund. */
export type Basket = {
  lines: { line: LineItemRecord }[]
  totalCents: number
  shippingCents: number
  taxPercent: number
  subtotalPriceSet: MoneyBagRecord
  totalShippingPriceSet: MoneyBagRecord
  totalTaxSet: MoneyBagRecord
  totalPriceSet: MoneyBagRecord
}

export type BasketMaking = {
  random: Random
  products: ProductRecord[]
  currency: string
  number: number
  special: OrderSpecial
  country: string
}

/** One to five lines with their sums; prices contain the tax, as European shops show them. */
export function makeBasket(making: BasketMaking): Basket {
  const { random, currency, country } = making
  const count = random.pick([1, 1, 1, 2, 2, 3, 4, LINES_MAX])
  const lines = Array.from({ length: count }, (_, index) => ({ line: lineItem(making, index) }))
  const subtotal = lines.reduce((sum, { line }) => sum + line.unitCents * line.quantity, 0)
  const shipping = subtotal >= FREE_SHIPPING_CENTS ? 0 : country in TAX_PERCENT ? 490 : 1490
  const percent = TAX_PERCENT[country] ?? 0
  const totalCents = subtotal + shipping
  return {
    lines,
    totalCents,
    shippingCents: shipping,
    taxPercent: percent,
    subtotalPriceSet: moneyBag(subtotal, currency),
    totalShippingPriceSet: moneyBag(shipping, currency),
    totalTaxSet: moneyBag(taxIn(totalCents, percent), currency),
    totalPriceSet: moneyBag(totalCents, currency),
  }
}

/** The tax of that many percent that an amount contains, in cents. */
export function taxIn(cents: number, percent: number): number {
  return Math.round((cents * percent) / (100 + percent))
}

function lineItem(making: BasketMaking, index: number): LineItemRecord {
  const { random, products, currency, number, special } = making
  const product = random.pick(products)
  const variant = random.pick(product.variants)
  const quantity = random.pick([1, 1, 1, 1, 2, 2, 3, 6])
  const attribute = lineAttribute(random)
  const unit = moneyBag(variant.priceCents, currency)
  return {
    id: gid('LineItem', number * LINES_MAX + index),
    variantId: variant.id,
    productId: product.id,
    ...naming(product, variant),
    quantity,
    currentQuantity: quantity,
    refundableQuantity: quantity,
    unfulfilledQuantity: 0,
    unitCents: variant.priceCents,
    customAttributes: index === 0 && special.lineAttribute !== undefined ? [special.lineAttribute] : attribute,
    originalUnitPriceSet: unit,
    discountedUnitPriceSet: unit,
    originalTotalSet: moneyBag(variant.priceCents * quantity, currency),
  }
}

function naming(product: ProductRecord, variant: VariantRecord) {
  const variantTitle = variant.title === 'Default Title' ? null : variant.title
  const name = variantTitle === null ? product.title : `${product.title} - ${variantTitle}`
  return { title: product.title, name, variantTitle, vendor: product.vendor, sku: variant.sku }
}

function lineAttribute(random: Random): AttributeRecord[] {
  const [key, value] = at(LINE_ATTRIBUTES, random.int(0, LINE_ATTRIBUTES.length - 1))
  return random.chance(0.06) ? [{ key, value }] : []
}
