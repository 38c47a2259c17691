import { LRUCache } from 'lru-cache'
import { AppError, type Clock } from '#kernel'
import { gcra, type Rate } from '#policy'

/** Rate and concurrency limits of one replica, in memory. */
export type Limiter = {
  /** Counts one call against the key; throws `rate_limited` with the seconds to wait when it comes too early. */
  take(key: string, rate: Rate): void
  /** Counts a call as under way; throws `rate_limited` when there are too many. The result ends it, once. */
  occupy(key: string, max: number): () => void
}

/** Keys that were not seen for long are forgotten first; a forgotten key starts with its full burst. */
const KEYS_MAX = 100_000

export function createLimiter(clock: Clock): Limiter {
  const dues = new LRUCache<string, number>({ max: KEYS_MAX })
  const running = new Map<string, number>()
  return {
    take(key, rate) {
      const decision = gcra(rate, dues.get(key), clock())
      if (decision.kind === 'wait') throw tooMany(Math.max(1, Math.ceil(decision.waitMs / 1000)))
      dues.set(key, decision.due)
    },
    occupy(key, max) {
      const now = running.get(key) ?? 0
      if (now >= max) throw tooMany(1)
      running.set(key, now + 1)
      return once(() => {
        const left = (running.get(key) ?? 1) - 1
        if (left === 0) running.delete(key)
        else running.set(key, left)
      })
    },
  }
}

function tooMany(retryAfterS: number): AppError {
  const wait = retryAfterS === 1 ? '1 second' : `${retryAfterS} seconds`
  return new AppError('rate_limited', `Too many calls; wait ${wait} and try again.`, { retryAfterS })
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}
