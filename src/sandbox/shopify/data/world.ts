import { sha256 } from '#kernel'
import { makeCatalogue } from './catalogue.ts'
import { CURRENCIES, SHOP_CURRENCY, shopMoney } from './money.ts'
import { makeOrders } from './orders.ts'
import { makeCustomers } from './people.ts'
import { seededRandom } from './random.ts'
import type {
  CustomerRecord,
  InventoryItemRecord,
  LocationRecord,
  OrderRecord,
  ProductRecord,
  VariantRecord,
} from './records.ts'
import { LOCATIONS, makeStock } from './stock.ts'

const DAY_MS = 86_400_000

export const SHOP = {
  id: 'gid://shopify/Shop/64100000001',
  name: 'Harbour & Pine',
  myshopifyDomain: 'harbour-and-pine.myshopify.com',
  currencyCode: SHOP_CURRENCY,
  enabledPresentmentCurrencies: CURRENCIES,
  ianaTimezone: 'Europe/Berlin',
  plan: { publicDisplayName: 'Development', partnerDevelopment: true },
}

/** Everything that the simulated shop holds: the rows in the order of their ids, and a way to each by its id. */
export type World = {
  products: ProductRecord[]
  variants: VariantRecord[]
  inventoryItems: InventoryItemRecord[]
  locations: LocationRecord[]
  customers: CustomerRecord[]
  orders: OrderRecord[]
  productById: Map<string, ProductRecord>
  variantById: Map<string, VariantRecord>
  inventoryItemById: Map<string, InventoryItemRecord>
  locationById: Map<string, LocationRecord>
  customerById: Map<string, CustomerRecord>
  orderById: Map<string, OrderRecord>
  ordersByCustomer: Map<string, OrderRecord[]>
}

/** The shop as it was at the start of the UTC day of `madeOn` (ms). The same two numbers always give the same shop. */
export function makeWorld(madeOn: number, seed: number): World {
  const until = Math.floor(madeOn / DAY_MS) * DAY_MS
  const random = seededRandom(seed)
  const products = makeCatalogue(random, until)
  const customers = makeCustomers(random, until)
  const orders = makeOrders({ random, until, products, customers })
  const inventoryItems = makeStock(random, products, orders)
  const ordersByCustomer = groupByCustomer(orders)
  for (const customer of customers) countOrders(customer, ordersByCustomer.get(customer.id) ?? [])
  const variants = products.flatMap((product) => product.variants)
  const locations = [...LOCATIONS]
  return {
    ...{ products, variants, inventoryItems, locations, customers, orders, ordersByCustomer },
    productById: byId(products),
    variantById: byId(variants),
    inventoryItemById: byId(inventoryItems),
    locationById: byId(locations),
    customerById: byId(customers),
    orderById: byId(orders),
  }
}

/** SHA-256 in hex of every row: equal for equal shops. */
export function digestOf({ products, inventoryItems, locations, customers, orders }: World): string {
  return sha256(JSON.stringify({ products, inventoryItems, locations, customers, orders })).toString('hex')
}

function countOrders(customer: CustomerRecord, orders: OrderRecord[]): void {
  customer.numberOfOrders = String(orders.length)
  customer.amountSpent = shopMoney(orders.reduce((sum, { netCents }) => sum + netCents, 0))
}

function groupByCustomer(orders: OrderRecord[]): Map<string, OrderRecord[]> {
  const groups = new Map<string, OrderRecord[]>()
  for (const order of orders) {
    if (order.customerId === null) continue
    const group = groups.get(order.customerId)
    if (group === undefined) groups.set(order.customerId, [order])
    else group.push(order)
  }
  return groups
}

function byId<T extends { id: string }>(rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}
