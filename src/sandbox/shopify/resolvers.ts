import { GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import type { Granted } from './access.ts'
import type {
  CustomerRecord,
  InventoryItemRecord,
  LevelRecord,
  LineItemRecord,
  OrderRecord,
  ProductRecord,
  VariantRecord,
} from './data/records.ts'
import { SHOP, type World } from './data/world.ts'
import { type PageArguments, pageOf, shortListing } from './paging.ts'
import { searchFor } from './search.ts'
import { CUSTOMER_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS, variantFields } from './search-fields.ts'
import { sortings } from './sorting.ts'

type ById = { id: string }
type Listed = PageArguments & { sortKey: string; query?: string | null }
type Resolvers<Source, Args> = Record<string, GraphQLFieldResolver<Source, Granted, Args>>

/** Gives the schema's fields their data. A field without a resolver reads the member of its name. */
export function attachResolvers(schema: GraphQLSchema, world: World): void {
  attachRoot(schema, world)
  attachLists(schema, world)
  attachCatalogue(schema, world)
  attachOrder(schema, world)
  attachCustomer(schema, world)
}

/** Sets resolvers by name; a name that the schema does not have is a mistake here and throws. */
function attach<Source, Args>(schema: GraphQLSchema, typeName: string, resolvers: Resolvers<Source, Args>): void {
  const type = schema.getType(typeName)
  const fields = isObjectType(type) ? type.getFields() : {}
  for (const [name, resolve] of Object.entries(resolvers)) {
    const field = fields[name]
    if (field === undefined) throw new TypeError(`the schema has no field ${typeName}.${name}`)
    field.resolve = resolve
  }
}

function attachRoot(schema: GraphQLSchema, world: World): void {
  attach(schema, 'QueryRoot', {
    shop: () => SHOP,
    currentAppInstallation: (_: unknown, _args: unknown, granted) => ({
      id: 'gid://shopify/AppInstallation/501000000001',
      accessScopes: [...granted.scopes].map((handle) => ({ handle })),
    }),
  })
  attach(schema, 'QueryRoot', {
    product: (_: unknown, { id }: ById) => world.productById.get(globalId(id)),
    productVariant: (_, { id }) => world.variantById.get(globalId(id)),
    inventoryItem: (_, { id }) => world.inventoryItemById.get(globalId(id)),
    customer: (_, { id }) => world.customerById.get(globalId(id)),
    order: (_, { id }, granted) => shown(world.orderById.get(globalId(id)), granted),
  })
}

function attachLists(schema: GraphQLSchema, world: World): void {
  const products = sortings(world.products, {
    CREATED_AT: ({ createdAt }) => createdAt,
    UPDATED_AT: ({ updatedAt }) => updatedAt,
    TITLE: ({ title }) => title,
  })
  const customers = sortings(world.customers, {
    CREATED_AT: ({ createdAt }) => createdAt,
    UPDATED_AT: ({ updatedAt }) => updatedAt,
    NAME: ({ lastName, firstName }) => `${lastName}, ${firstName}`,
  })
  const variants = sortings(world.variants, {
    SKU: ({ sku }) => sku,
    TITLE: ({ title }) => title,
    POSITION: ({ position }) => position,
  })
  const locations = sortings(world.locations, { NAME: ({ name }) => name })
  const orders = orderSortings(world.orders)
  const ofVariant = variantFields(world)
  attach(schema, 'QueryRoot', {
    products: (_: unknown, args: Listed) => pageOf(products(args.sortKey), args, searchFor(args.query, PRODUCT_FIELDS)),
    productVariants: (_, args) => pageOf(variants(args.sortKey), args, searchFor(args.query, ofVariant)),
    customers: (_, args) => pageOf(customers(args.sortKey), args, searchFor(args.query, CUSTOMER_FIELDS)),
    locations: (_, args) => pageOf(locations(args.sortKey), args),
    orders: (_, args, granted) => orderPage(orders(args.sortKey), args, granted),
  })
}

function orderSortings(orders: readonly OrderRecord[]) {
  return sortings(orders, {
    CREATED_AT: ({ createdAt }) => createdAt,
    PROCESSED_AT: ({ processedAt }) => processedAt,
    UPDATED_AT: ({ updatedAt }) => updatedAt,
  })
}

function orderPage(listing: ReturnType<ReturnType<typeof orderSortings>>, args: Listed, granted: Granted) {
  const matches = searchFor(args.query, ORDER_FIELDS)
  return pageOf(listing, args, (order) => shown(order, granted) !== null && matches(order))
}

/** Without the scope for all orders the older ones do not exist. */
function shown(order: OrderRecord | undefined, { ordersSince }: Granted): OrderRecord | null {
  return order === undefined || order.createdAt < ordersSince ? null : order
}

/** Only the form is checked: an id of another kind finds nothing. */
function globalId(id: string): string {
  if (/^gid:\/\/shopify\/\w+\/\d+$/.test(id)) return id
  throw new GraphQLError('Invalid global id.', { extensions: { code: 'INVALID_ID' } })
}

function attachCatalogue(schema: GraphQLSchema, world: World): void {
  attach(schema, 'Product', {
    variants: ({ variants }: ProductRecord, args: PageArguments) => pageOf(shortListing(variants), args),
  })
  attach(schema, 'Product', {
    description: ({ descriptionHtml }: ProductRecord, { truncateAt }: { truncateAt?: number | null }) =>
      plainText(descriptionHtml).slice(0, truncateAt ?? undefined),
  })
  attach(schema, 'ProductVariant', {
    product: ({ productId }: VariantRecord) => world.productById.get(productId),
    inventoryItem: ({ inventoryItemId }) => world.inventoryItemById.get(inventoryItemId),
  })
  attach(schema, 'InventoryItem', {
    inventoryLevels: ({ levels }: InventoryItemRecord, args: PageArguments) => pageOf(shortListing(levels), args),
  })
  attach(schema, 'InventoryItem', {
    inventoryLevel: ({ levels }: InventoryItemRecord, { locationId }: { locationId: string }) =>
      levels.find((level) => level.locationId === locationId),
  })
  attach(schema, 'InventoryLevel', {
    location: ({ locationId }: LevelRecord) => world.locationById.get(locationId),
    quantities: (level, { names }: { names: string[] }) =>
      names.map((name) => ({ name, quantity: quantity(level, name) })),
  })
}

/** HTML without its tags, as the platform strips it: what an element hides stays. */
function plainText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function quantity({ available, committed }: LevelRecord, name: string): number {
  const quantities: Record<string, number> = {
    available,
    committed,
    on_hand: available + committed,
    incoming: 0,
    reserved: 0,
  }
  const found = Object.hasOwn(quantities, name) ? quantities[name] : undefined
  if (found === undefined)
    throw new GraphQLError('The quantity name is not one of the platform.', { extensions: { code: 'BAD_REQUEST' } })
  return found
}

function attachOrder(schema: GraphQLSchema, world: World): void {
  type Few = PageArguments
  attach(schema, 'Order', {
    customer: ({ customerId }: OrderRecord) => (customerId === null ? null : world.customerById.get(customerId)),
    lineItems: ({ lineItems }, args: Few) => pageOf(shortListing(lineItems), args),
    fulfillmentOrders: ({ fulfillmentOrders }, args: Few) => pageOf(shortListing(fulfillmentOrders), args),
    fulfillments: ({ fulfillments }, { first }: Few) => fulfillments.slice(0, first ?? undefined),
    refunds: ({ refunds }, { first }: Few) => refunds.slice(0, first ?? undefined),
  })
  attach(schema, 'LineItem', {
    product: ({ productId }: LineItemRecord) => world.productById.get(productId),
    variant: ({ variantId }) => world.variantById.get(variantId),
  })
}

function attachCustomer(schema: GraphQLSchema, world: World): void {
  attach(schema, 'Customer', {
    defaultAddress: ({ addresses }: CustomerRecord) => addresses[0] ?? null,
    addressesV2: ({ addresses }, args: PageArguments) => pageOf(shortListing(addresses), args),
  })
  attach(schema, 'Customer', {
    orders: ({ id }: CustomerRecord, args: Listed, granted) =>
      orderPage(orderSortings(world.ordersByCustomer.get(id) ?? [])(args.sortKey), args, granted),
  })
}
