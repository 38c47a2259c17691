import { AppError } from '#kernel'
import type { Reply, Visit } from './route.ts'
import { throttle } from './throttle.ts'

type Answer = { readonly value: object; readonly cookies?: readonly string[] }

/** A handler for our own script: what it gives goes out as JSON, and so does the sentence of an error, as `{error}`. */
export function inJson<V extends Visit>(handle: (visit: V) => Promise<Answer>): (visit: V) => Promise<Reply> {
  return async (visit) => {
    try {
      throttle(visit)
      return { kind: 'json', ...(await handle(visit)) }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { kind: 'json', value: { error: error.message }, status: error.code === 'rate_limited' ? 429 : 403 }
    }
  }
}
