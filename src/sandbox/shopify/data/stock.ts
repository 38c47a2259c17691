import { gid, legacyId } from './ids.ts'
import type { Random } from './random.ts'
import type {
  InventoryItemRecord,
  LevelRecord,
  LocationRecord,
  OrderRecord,
  ProductRecord,
  VariantRecord,
} from './records.ts'
import { PRODUCT_SPECIALS } from './specials.ts'

export const LOCATIONS: readonly LocationRecord[] = [
  { id: gid('Location', 1), name: 'Warehouse Hamburg', isActive: true },
  { id: gid('Location', 2), name: 'Shop Speicherstadt', isActive: true },
  { id: gid('Location', 3), name: 'Depot Rotterdam', isActive: true },
]

/** The stock of every variant; it writes the sums into variants and products. What open orders wait for is committed in the warehouse. */
export function makeStock(random: Random, products: ProductRecord[], orders: OrderRecord[]): InventoryItemRecord[] {
  const waiting = waitingByVariant(orders)
  return products.flatMap((product, index) => {
    const fixed = PRODUCT_SPECIALS.get(index + 1)?.available
    const items = product.variants.map((variant, place) =>
      inventoryItem(random, variant, {
        committed: waiting.get(variant.id) ?? 0,
        fixed: place === 0 ? fixed : undefined,
      }),
    )
    product.totalInventory = product.variants.reduce((sum, variant) => sum + variant.inventoryQuantity, 0)
    return items
  })
}

type Known = { committed: number; fixed: [number, number, number] | undefined }

function inventoryItem(random: Random, variant: VariantRecord, { committed, fixed }: Known): InventoryItemRecord {
  const drawn = [random.int(0, 120), random.int(0, 25), random.chance(0.6) ? random.int(0, 60) : 0]
  const tracked = !random.chance(0.03) || fixed !== undefined
  const levels = LOCATIONS.map(({ id }, place): LevelRecord => {
    const available = (fixed ?? drawn)[place] ?? 0
    return {
      id: `gid://shopify/InventoryLevel/${legacyId(id)}?inventory_item_id=${legacyId(variant.inventoryItemId)}`,
      locationId: id,
      available,
      committed: place === 0 ? committed : 0,
      updatedAt: variant.updatedAt,
    }
  })
  variant.inventoryQuantity = levels.reduce((sum, { available }) => sum + available, 0)
  return {
    id: variant.inventoryItemId,
    variantId: variant.id,
    sku: variant.sku,
    tracked,
    updatedAt: variant.updatedAt,
    levels,
  }
}

function waitingByVariant(orders: OrderRecord[]): Map<string, number> {
  const waiting = new Map<string, number>()
  for (const line of orders.flatMap(({ lineItems }) => lineItems))
    if (line.unfulfilledQuantity > 0)
      waiting.set(line.variantId, (waiting.get(line.variantId) ?? 0) + line.unfulfilledQuantity)
  return waiting
}
