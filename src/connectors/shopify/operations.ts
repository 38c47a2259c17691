import type { StoreToolName } from '#commerce'
import { getCustomerOperation } from './get-customer.ts'
import { inventoryBySku, inventoryOfProduct, inventoryOfVariant, moreInventoryLevels } from './get-inventory.ts'
import { getOrderOperation } from './get-order.ts'
import { getProductOperation } from './get-product.ts'
import { shopInfo } from './get-store.ts'
import type { ShopifyScope } from './operation.ts'
import { searchCustomersOperation } from './search-customers.ts'
import { searchOrdersBySku, searchOrdersPlain } from './search-orders.ts'
import { searchProductsBySku, searchProductsPlain } from './search-products.ts'

/** Everything that Tillgate can ask a Shopify store: the whole list, for contract tests and for a store's scope check. */
export const SHOPIFY_OPERATIONS: readonly {
  readonly name: string
  readonly tool: StoreToolName
  readonly document: string
  readonly scopes: readonly ShopifyScope[]
}[] = [
  shopInfo,
  searchProductsPlain,
  searchProductsBySku,
  getProductOperation,
  inventoryBySku,
  inventoryOfVariant,
  inventoryOfProduct,
  moreInventoryLevels,
  searchOrdersPlain,
  searchOrdersBySku,
  getOrderOperation,
  searchCustomersOperation,
  getCustomerOperation,
]
