import { z } from 'zod'
import type { StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { defineOperation } from './operation.ts'

export const shopInfo = defineOperation({
  tool: 'get_store',
  scopes: [],
  document: `query ShopInfo {
    shop { name currencyCode ianaTimezone }
    currentAppInstallation { accessScopes { handle } }
  }`,
  answer: z.object({
    shop: z.object({ name: z.string(), currencyCode: z.string(), ianaTimezone: z.string() }),
    currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
  }),
})

/** Live or test is what was said when the store was connected: a platform's word must not turn guards off. */
export function getStore(client: ShopifyClient): StoreTool<'get_store'> {
  return async (call) => {
    const { answer, tally } = await client.run(shopInfo, call, {})
    const scopes = answer.currentAppInstallation.accessScopes
    const seesAll = scopes.some((scope) => scope.handle === 'read_all_orders')
    return {
      value: {
        handle: call.store.handle,
        platform: 'shopify',
        name: answer.shop.name,
        mode: call.store.mode,
        currency: answer.shop.currencyCode,
        timezone: answer.shop.ianaTimezone,
        order_history: seesAll ? 'all' : 'last_60_days',
      },
      unknownFields: tally.unknown,
    }
  }
}
