import { AppError, type Clock } from '#kernel'
import type { OpenStore } from '../connector.ts'
import type { Egress } from '../egress.ts'
import { pinnedHost } from './origin.ts'
import type { RawAnswer } from './verdict.ts'

/** A store and the moment when the answer must be there, in milliseconds since the epoch. */
export type OpenCall = { readonly store: OpenStore; readonly deadline: number }

type Post = { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/** One POST to the store's own origin. Throws `store_timeout` where no time is left, and what the egress throws. */
export type Send = (call: OpenCall, post: Post) => Promise<RawAnswer>

const ANSWER_BYTES_MAX = 2 * 1024 * 1024

export function createSend({ egress, clock }: { egress: Egress; clock: Clock }): Send {
  return async ({ store, deadline }, { path, headers, body }) => {
    const timeoutMs = deadline - clock()
    if (timeoutMs <= 0) throw new AppError('store_timeout', 'The store did not answer in time; try again later.')
    const answer = await egress.request(
      { name: 'shopify', host: pinnedHost(store.origin) },
      { method: 'POST', url: store.origin + path, headers, body, timeoutMs, maxBytes: ANSWER_BYTES_MAX },
    )
    const retryAfter = answer.headers['retry-after']
    return {
      status: answer.status,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      body: answer.body,
    }
  }
}
