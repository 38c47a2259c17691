import type { z } from 'zod'
import type { Tool } from './tool.ts'
import { getInventory, getProduct, searchProducts } from './tools/catalog.ts'
import { getCustomer, searchCustomers } from './tools/customers.ts'
import { getOrder, searchOrders } from './tools/orders.ts'
import { getStore, listStores } from './tools/stores.ts'

/** Every tool by its name. The order here is the order in which agents see them; it never depends on the moment. */
export const tools = {
  list_stores: listStores,
  get_store: getStore,
  search_products: searchProducts,
  get_product: getProduct,
  get_inventory: getInventory,
  search_orders: searchOrders,
  get_order: getOrder,
  search_customers: searchCustomers,
  get_customer: getCustomer,
} as const

export type ToolName = keyof typeof tools

/** The tools that work on one store. */
export type StoreToolName = {
  [Name in ToolName]: (typeof tools)[Name]['onStore'] extends true ? Name : never
}[ToolName]

/** The checked arguments of a tool. */
export type ArgumentsOf<Name extends ToolName> = z.output<(typeof tools)[Name]['input']>

/** What a tool gives, before it is screened. */
export type AnswerOf<Name extends ToolName> = z.output<(typeof tools)[Name]['output']>

const byName = new Map<string, Tool>(Object.entries(tools))

/** The tool of this name, or undefined where there is none. */
export function toolNamed(name: string): Tool | undefined {
  return byName.get(name)
}
