import { z } from 'zod'
import { store, storeSummary } from '../store.ts'
import { defineTool, page } from '../tool.ts'

export const listStores = {
  name: 'list_stores',
  title: 'List stores',
  description:
    'Lists the stores that this agent may work with: handle, platform, name, live or test, currency. Call it first; every other tool takes the handle as `store`. It does not say what the store sells; use search_products for that.',
  effect: 'read',
  scope: 'stores:read',
  input: z.strictObject({}),
  output: page(storeSummary),
  onStore: false,
  paged: false,
} as const

export const getStore = defineTool({
  name: 'get_store',
  title: 'Get store',
  description:
    'Gives one store as its platform describes it now: name, currency, time zone, live or test, and how far back its orders can be seen. Use it before working with dates or money of a store.',
  effect: 'read',
  scope: 'stores:read',
  input: {},
  output: store,
})
