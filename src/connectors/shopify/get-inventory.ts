import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { AppError } from '#kernel'
import type { StoreCall, StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { pageInfoShape, present } from './fields.ts'
import { gid, notFound } from './ids.ts'
import { defineOperation, type ShopifyScope } from './operation.ts'
import { equals, searchString } from './query.ts'
import type { Tally } from './shape.ts'

const LEVEL_FIELDS = 'location { id name } quantities(names: ["available", "on_hand", "committed"]) { name quantity }'

// Twenty variants at ten locations stay below the platform's limit of points for one query; further locations are asked one variant at a time.
const VARIANT_FIELDS = `id sku
  product { id title }
  inventoryItem {
    id tracked
    inventoryLevels(first: 10) { nodes { ${LEVEL_FIELDS} } pageInfo { hasNextPage endCursor } }
  }`

const levelShape = z.object({
  location: z.object({ id: z.string(), name: z.string() }),
  quantities: z.array(z.object({ name: z.string(), quantity: z.number() })),
})
const levelsShape = z.object({ nodes: z.array(levelShape), pageInfo: pageInfoShape })
const variantShape = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  product: z.object({ id: z.string(), title: z.string() }),
  inventoryItem: z.object({ id: z.string(), tracked: z.boolean(), inventoryLevels: levelsShape }),
})
type LevelNode = z.output<typeof levelShape>
type VariantNode = z.output<typeof variantShape>

const tool = 'get_inventory'
const scopes: readonly ShopifyScope[] = ['read_products', 'read_inventory', 'read_locations']

export const inventoryBySku = defineOperation({
  tool,
  scopes,
  document: `query InventoryBySku($query: String!) { productVariants(first: 20, query: $query) { nodes { ${VARIANT_FIELDS} } } }`,
  answer: z.object({ productVariants: z.object({ nodes: z.array(variantShape) }) }),
})

export const inventoryOfVariant = defineOperation({
  tool,
  scopes,
  document: `query InventoryOfVariant($id: ID!) { productVariant(id: $id) { ${VARIANT_FIELDS} } }`,
  answer: z.object({ productVariant: variantShape.nullable() }),
})

export const inventoryOfProduct = defineOperation({
  tool,
  scopes,
  document: `query InventoryOfProduct($id: ID!) { product(id: $id) { variants(first: 20) { nodes { ${VARIANT_FIELDS} } } } }`,
  answer: z.object({ product: z.object({ variants: z.object({ nodes: z.array(variantShape) }) }).nullable() }),
})

export const moreInventoryLevels = defineOperation({
  tool,
  scopes,
  document: `query MoreInventoryLevels($id: ID!, $after: String!) {
    inventoryItem(id: $id) {
      inventoryLevels(first: 100, after: $after) { nodes { ${LEVEL_FIELDS} } pageInfo { hasNextPage endCursor } }
    }
  }`,
  answer: z.object({ inventoryItem: z.object({ inventoryLevels: levelsShape }).nullable() }),
})

type Call = StoreCall<'get_inventory'>
type Inventory = AnswerOf<'get_inventory'>['variants'][number]
type Answered = { nodes: VariantNode[]; tally: Tally }

/** The stock of up to 20 variants at every location. */
export function getInventory(client: ShopifyClient): StoreTool<'get_inventory'> {
  return async (call) => {
    const { nodes, tally } = await variantsOf(client, call)
    const variants: Inventory[] = []
    for (const node of nodes) variants.push(inventory(node, await levelsOf(client, call, { node, tally }), tally))
    return { value: { variants }, unknownFields: tally.unknown }
  }
}

function variantsOf(client: ShopifyClient, call: Call): Promise<Answered> {
  const { sku, variant_id, product_id } = call.input
  const named = [sku, variant_id, product_id].filter((one) => one !== undefined)
  if (named.length === 1 && sku !== undefined) return bySku(client, call, sku)
  if (named.length === 1 && variant_id !== undefined) return byVariant(client, call, variant_id)
  if (named.length === 1 && product_id !== undefined) return byProduct(client, call, product_id)
  throw new AppError('invalid_arguments', 'Give exactly one of `sku`, `variant_id` and `product_id`.', { field: 'sku' })
}

// The platform matches a stock keeping unit loosely, so what it gives is checked.
async function bySku(client: ShopifyClient, call: Call, sku: string): Promise<Answered> {
  const query = searchString([equals('sku', sku)])
  const { answer, tally } = await client.run(inventoryBySku, call, { query })
  return { nodes: answer.productVariants.nodes.filter((node) => node.sku === sku), tally }
}

async function byVariant(client: ShopifyClient, call: Call, id: string): Promise<Answered> {
  const { answer, tally } = await client.run(inventoryOfVariant, call, { id: gid('ProductVariant', id) })
  if (answer.productVariant === null) throw notFound('ProductVariant')
  return { nodes: [answer.productVariant], tally }
}

async function byProduct(client: ShopifyClient, call: Call, id: string): Promise<Answered> {
  const { answer, tally } = await client.run(inventoryOfProduct, call, { id: gid('Product', id) })
  if (answer.product === null) throw notFound('Product')
  return { nodes: answer.product.variants.nodes, tally }
}

async function levelsOf(
  client: ShopifyClient,
  call: Call,
  { node, tally }: { node: VariantNode; tally: Tally },
): Promise<LevelNode[]> {
  const { id, inventoryLevels } = node.inventoryItem
  const levels = [...inventoryLevels.nodes]
  let after = nextOf(inventoryLevels.pageInfo)
  while (after !== null) {
    const more = await client.run(moreInventoryLevels, call, { id, after })
    tally.unknown += more.tally.unknown
    const page = more.answer.inventoryItem?.inventoryLevels
    levels.push(...(page?.nodes ?? []))
    after = page ? nextOf(page.pageInfo) : null
  }
  return levels
}

function nextOf(pageInfo: z.output<typeof pageInfoShape>): string | null {
  return pageInfo.hasNextPage ? pageInfo.endCursor : null
}

function inventory(node: VariantNode, levels: readonly LevelNode[], tally: Tally): Inventory {
  return {
    variant_id: node.id,
    product_id: node.product.id,
    sku: present(node.sku),
    product_title: node.product.title,
    stock_tracked: node.inventoryItem.tracked,
    levels: levels.map((one) => level(one, tally)),
  }
}

const STATES = ['available', 'on_hand', 'committed']

function level({ location, quantities }: LevelNode, tally: Tally): Inventory['levels'][number] {
  const counts = new Map(quantities.map(({ name, quantity }) => [name, quantity]))
  tally.unknown += quantities.filter(({ name }) => !STATES.includes(name)).length
  return {
    location_id: location.id,
    location: location.name,
    available: counts.get('available'),
    on_hand: counts.get('on_hand'),
    committed: counts.get('committed'),
  }
}
