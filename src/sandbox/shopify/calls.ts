/** One call that reached the simulator: `at` in ms, `status` 0 when nothing was sent back. */
export type Call = {
  n: number
  at: number
  operation: string
  variables: unknown
  status: number
  fault: string | null
}

/** What reached the simulator so far. `effects` counts what calls changed in the shop; it stays 0 while nothing can be written. */
export type Calls = { total: number; counts: Record<string, number>; effects: number; calls: Call[] }

export type CallLog = {
  /** Lists a call; its `status` may be set when it is known. */ add: (call: Omit<Call, 'n'>) => Call
  read: () => Calls
}

/** Calls that are listed; older ones are only counted. */
const LISTED_MAX = 1_000

export function callLog(): CallLog {
  const counts = new Map<string, number>()
  let listed: Call[] = []
  let total = 0
  return {
    add: (call) => {
      total += 1
      counts.set(call.operation, (counts.get(call.operation) ?? 0) + 1)
      const entry = { n: total, ...call }
      listed.push(entry)
      if (listed.length >= 2 * LISTED_MAX) listed = listed.slice(-LISTED_MAX)
      return entry
    },
    read: () => ({ total, counts: Object.fromEntries(counts), effects: 0, calls: listed.slice(-LISTED_MAX) }),
  }
}
