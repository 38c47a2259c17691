import type { Clock } from '#kernel'
import type { HeldKey } from './data-key.ts'

const TTL_MS = 60_000
const KEYS_MAX = 1000

/** Opened data keys by the digest of what they were opened from. */
export type KeyCache = {
  get(id: string): HeldKey | undefined
  put(id: string, held: HeldKey): void
  /** Wipes all keys; what is put in later is wiped at once. */
  close(): void
}

type Entry = { held: HeldKey; openedAt: number }

/**
 * Holds at most 1000 opened keys, each for at most 60 s from its opening however often it is used, then wipes it.
 * Wiping waits for the end of the running turn: who was just handed the key can still use it.
 */
export function keyCache(clock: Clock): KeyCache {
  const entries = new Map<string, Entry>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const evict = (id: string, entry: Entry) => {
    entries.delete(id)
    setImmediate(entry.held.wipe)
  }
  // A Map keeps the order of insertion and all entries live equally long, so the first one is always the oldest.
  const sweep = () => {
    timer = undefined
    for (const [id, entry] of entries) {
      if (!isOver(entry, clock())) break
      evict(id, entry)
    }
    schedule()
  }
  const schedule = () => {
    const [oldest] = entries.values()
    if (timer || !oldest) return
    timer = setTimeout(sweep, Math.max(1, oldest.openedAt + TTL_MS - clock())).unref()
  }
  return {
    get(id) {
      const entry = entries.get(id)
      if (!entry) return undefined
      if (!isOver(entry, clock())) return entry.held
      evict(id, entry)
      return undefined
    },
    put(id, held) {
      if (closed) return void setImmediate(held.wipe)
      const before = entries.get(id)
      if (before) evict(id, before)
      entries.set(id, { held, openedAt: clock() })
      const [oldest] = entries
      if (oldest && entries.size > KEYS_MAX) evict(...oldest)
      schedule()
    },
    close() {
      closed = true
      clearTimeout(timer)
      for (const [id, entry] of entries) evict(id, entry)
    },
  }
}

/** Also over when the clock went back: a stepped clock must not make a key live longer. */
function isOver({ openedAt }: Entry, now: number): boolean {
  return now < openedAt || now - openedAt >= TTL_MS
}
