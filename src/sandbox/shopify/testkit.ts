import type { Clock } from '#kernel'
import { type Sandbox, type SandboxOptions, startShopifySandbox } from './start.ts'

/** Noon of a Friday, so that the data ends on that day's midnight. */
export const MADE_ON = Date.UTC(2026, 10, 20, 12)

type Answer = { status: number; headers: Headers; body: Body }
type Body = { data?: Record<string, unknown> | null; errors?: unknown; extensions?: unknown }

export type TestShop = Sandbox & {
  /** Moves the shop's clock, in ms. */
  advance: (ms: number) => void
  /** Sends an operation with the shop's own token unless another is given. */
  ask: (query: string, variables?: Record<string, unknown>, token?: string) => Promise<Answer>
  post: (path: string, body: string, headers?: Record<string, string>) => Promise<Response>
}

/** A shop with a clock that stands still until it is moved, and a bucket that never empties unless asked for. */
export async function startTestShop(options: Partial<SandboxOptions> = {}): Promise<TestShop> {
  let now = MADE_ON
  const clock: Clock = () => now
  const throttle = { maximumAvailable: 1_000_000, restoreRate: 1 }
  const shop = await startShopifySandbox({ madeOn: MADE_ON, clock, throttle, ...options })
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(shop.url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      redirect: 'manual',
    })
  return {
    ...shop,
    post,
    advance: (ms) => {
      now += ms
    },
    ask: async (query, variables = {}, token = shop.accessToken.reveal()) => {
      const headers = { 'x-shopify-access-token': token }
      const response = await post('/admin/api/2026-10/graphql.json', JSON.stringify({ query, variables }), headers)
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
    },
  }
}
