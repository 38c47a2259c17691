import type { Connector } from '../connector.ts'
import { type ClientParts, createClient } from './client.ts'
import { getCustomer } from './get-customer.ts'
import { getInventory } from './get-inventory.ts'
import { getOrder } from './get-order.ts'
import { getProduct } from './get-product.ts'
import { getStore } from './get-store.ts'
import { searchCustomers } from './search-customers.ts'
import { searchOrders } from './search-orders.ts'
import { searchProducts } from './search-products.ts'

/**
 * The connector of Shopify's Admin GraphQL API. A store's credential is JSON: `{kind: 'static', token}` or
 * `{kind: 'client_credentials', client_id, client_secret}`. Its tools throw AppError: `not_found`, `invalid_arguments`,
 * `unsupported_by_store`, `answer_too_large` and the `store_*` codes; `not_allowed` where the egress refuses the address.
 */
export function createShopifyConnector(parts: ClientParts): Connector {
  const client = createClient(parts)
  return {
    platform: 'shopify',
    budgetOf: client.budgetOf,
    tools: {
      get_store: getStore(client),
      search_products: searchProducts(client),
      get_product: getProduct(client),
      get_inventory: getInventory(client),
      search_orders: searchOrders(client),
      get_order: getOrder(client),
      search_customers: searchCustomers(client),
      get_customer: getCustomer(client),
    },
  }
}
