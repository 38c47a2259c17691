import { rfc3339 } from '#kernel'
import { DESCRIPTIONS, FAMILIES, type Family, VENDORS } from './catalogue-words.ts'
import { gid } from './ids.ts'
import { priceText, shopMoney } from './money.ts'
import { at, type Random } from './random.ts'
import type { ProductRecord, VariantRecord } from './records.ts'
import { PRODUCT_SPECIALS, type ProductSpecial } from './specials.ts'

const DAY_MS = 86_400_000
/** Variants of one product at most; their ids are counted in steps of it, so that an id does not depend on the seed. */
const VARIANTS_MAX = 4

/** Every product of the shop, oldest first; `until` is the instant before which all of it was made. Stock is added later. */
export function makeCatalogue(random: Random, until: number): ProductRecord[] {
  return FAMILIES.flatMap((family, group) =>
    family.titles.map((title, place) =>
      product({ random, until, family, title, n: group * family.titles.length + place + 1 }),
    ),
  )
}

/** The sku of a variant, known without making the catalogue. */
export function sku(n: number, position: number): string {
  const family = at(FAMILIES, Math.floor((n - 1) / at(FAMILIES, 0).titles.length))
  return `HP-${family.code}-${String(n).padStart(3, '0')}-${position}`
}

type Making = { random: Random; until: number; family: Family; title: string; n: number }

function product(making: Making): ProductRecord {
  const { random, until, family, title, n } = making
  const special = PRODUCT_SPECIALS.get(n) ?? {}
  const created = until - random.int(30, 900) * DAY_MS - random.int(0, 86_399) * 1000
  const status =
    special.status ?? random.pick(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'DRAFT', 'ARCHIVED'])
  const times = {
    createdAt: rfc3339(created),
    updatedAt: rfc3339(created + Math.floor(random.next() * (until - created))),
  }
  const variants = makeVariants(making, special, times)
  const cents = variants.map((variant) => variant.priceCents)
  return {
    id: gid('Product', n),
    handle: slug(title),
    title,
    status,
    vendor: random.pick(VENDORS),
    productType: family.productType,
    tags: [...family.tags, ...(random.chance(0.2) ? ['new'] : []), ...(random.chance(0.15) ? ['sale'] : [])],
    descriptionHtml: special.descriptionHtml ?? description(random, title),
    totalInventory: 0,
    priceRangeV2: { minVariantPrice: shopMoney(Math.min(...cents)), maxVariantPrice: shopMoney(Math.max(...cents)) },
    ...times,
    publishedAt: status === 'DRAFT' ? null : rfc3339(created + 3600_000),
    variants,
  }
}

type Times = { createdAt: string; updatedAt: string }

function makeVariants(making: Making, special: ProductSpecial, times: Times): VariantRecord[] {
  const { random, family } = making
  const count = special.variants ?? random.int(1, Math.min(VARIANTS_MAX, family.option.values.length))
  const base = special.cents ?? oddPrice(random, family.cents)
  const step = family.option.name === 'Colour' ? 0 : Math.round(base * 0.4)
  return Array.from({ length: count }, (_, index) => {
    const priceCents = base + step * index
    const wasCents = special.compareAtCents ?? wasPrice(random, priceCents)
    const compareAtPrice = wasCents === undefined ? null : priceText(wasCents)
    return {
      ...named(making, index, count),
      price: priceText(priceCents),
      priceCents,
      compareAtPrice,
      inventoryQuantity: 0,
      ...times,
    }
  })
}

/** Who a variant is; a product that comes in one form only has the platform's placeholder for its title. */
function named({ family, title, n }: Making, index: number, count: number) {
  const id = (n - 1) * VARIANTS_MAX + index + 1
  const single = { name: 'Title', value: 'Default Title' }
  const option = count === 1 ? single : { name: family.option.name, value: at(family.option.values, index) }
  return {
    id: gid('ProductVariant', id),
    productId: gid('Product', n),
    inventoryItemId: gid('InventoryItem', id),
    title: option.value,
    displayName: `${title} - ${option.value}`,
    sku: sku(n, index + 1),
    position: index + 1,
    selectedOptions: [option],
  }
}

function wasPrice(random: Random, cents: number): number | undefined {
  return random.chance(0.18) ? Math.round((cents * 1.25) / 10) * 10 : undefined
}

/** Mostly prices that shops like (…90, …95, …00), some that nobody would choose. */
function oddPrice(random: Random, [low, high]: [number, number]): number {
  const cents = random.int(low, high)
  if (random.chance(0.12)) return cents
  return Math.max(low, Math.floor(cents / 100) * 100 + random.pick([90, 95, 0, 50, 99]))
}

function description(random: Random, title: string): string {
  const sentences = [random.pick(DESCRIPTIONS), random.pick(DESCRIPTIONS)]
  return `<p>${title}. ${[...new Set(sentences)].join(' ')}</p>`
}

function slug(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
