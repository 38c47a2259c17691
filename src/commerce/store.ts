import { z } from 'zod'
import { currency, handle, oneOf, text, timezone } from './leaf.ts'

export const PLATFORMS = ['shopify'] as const
export type Platform = (typeof PLATFORMS)[number]

export const STORE_MODES = ['live', 'test'] as const
export type StoreMode = (typeof STORE_MODES)[number]

/** A connected shop, as the list shows it. */
export const storeSummary = z.object({
  handle: handle('short name; give it as `store` to the other tools'),
  platform: oneOf(PLATFORMS, 'commerce platform'),
  name: text('merchant', 'name of the shop', 'public'),
  mode: oneOf(STORE_MODES, 'live moves real money; test does not'),
  currency: currency('currency that the shop keeps its books in'),
})

/** A connected shop with what the platform says about it now. */
export const store = storeSummary.extend({
  timezone: timezone('time zone of the shop').optional(),
  order_history: oneOf(
    ['all', 'last_60_days'],
    'how far back orders can be seen with the credentials in use',
  ).optional(),
})
