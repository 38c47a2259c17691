/** Every way in which the simulator can fail, with what it then does. `slow` is written with its milliseconds: `slow:750`. */
export const FAULTS = {
  '401': 'HTTP 401, as for an unknown token',
  '403': 'HTTP 403, as for an app that the merchant did not approve',
  '404': 'HTTP 404',
  '429': 'HTTP 429 with Retry-After: 2',
  '500': 'HTTP 500 whose body shows inner details that nobody should pass on',
  timeout: 'the request is read and never answered',
  slow: 'the right answer after that many milliseconds (1 to 60000)',
  garbage: 'HTTP 200, JSON content type, bytes that are no text',
  huge: 'HTTP 200 with 10 MB of valid JSON, sent in chunks without a length',
  html: 'HTTP 200 with a web page',
  throttled: 'HTTP 200 with the error code THROTTLED',
  user_errors: 'the members of each root field are null and it has one user error',
  redirect: 'HTTP 302 to /_sandbox/redirected, which counts who follows',
  truncated: 'HTTP 200 with the first half of the right JSON',
  reset: 'the connection is reset without an answer',
  null_data: 'HTTP 200 with data: null and no errors',
  unknown_fields: 'every object of the right answer has members that nobody asked for',
  bad_enum: 'every enum value of the right answer is replaced by a sentence',
} as const

type FaultName = keyof typeof FAULTS

/** One way to fail, as the control interface takes it. */
export type Fault = Exclude<FaultName, 'slow'> | `slow:${number}`

/** Which calls fail, how, and how often. `operation` is a GraphQL operation name, `*` for all of them, or `token`. */
export type FaultOrder = { operation: string; fault: Fault; times: number }

export type Faults = {
  /** Adds an order; `times: 0` removes the orders of that operation instead. */
  set: (order: FaultOrder) => void
  /** The fault that this call meets, if any; it is used up once. */
  take: (operation: string) => Fault | null
  waiting: () => FaultOrder[]
}

const TIMES_MAX = 100_000
const SLOW_MS_MAX = 60_000

/** The orders that wait, first in, first met. */
export function faultOrders(): Faults {
  let orders: FaultOrder[] = []
  return {
    set: (order) => {
      if (order.times === 0) orders = orders.filter(({ operation }) => operation !== order.operation)
      else orders.push({ ...order })
    },
    take: (operation) => {
      const order = orders.find(
        (each) => each.operation === operation || (each.operation === '*' && operation !== 'token'),
      )
      if (order === undefined) return null
      order.times -= 1
      orders = orders.filter(({ times }) => times > 0)
      return order.fault
    },
    waiting: () => orders.map((order) => ({ ...order })),
  }
}

/** Reads an order from outside: the order itself, or a sentence that says what is wrong. */
export function readFaultOrder(input: unknown): FaultOrder | string {
  if (input === null || typeof input !== 'object' || Array.isArray(input))
    return 'Send an object with operation, fault and times.'
  const known = new Set(['operation', 'fault', 'times'])
  const stranger = Object.keys(input).find((key) => !known.has(key))
  if (stranger !== undefined) return 'The only members are operation, fault and times.'
  const { operation, fault, times }: { operation?: unknown; fault?: unknown; times?: unknown } = input
  if (typeof operation !== 'string' || !/^(\*|[_A-Za-z]\w{0,99})$/.test(operation))
    return 'operation must be the name of a GraphQL operation, "*" or "token".'
  if (!isFault(fault))
    return `fault must be one of ${Object.keys(FAULTS).join(', ')}, where slow is written slow:<1 to 60000>.`
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 0 || times > TIMES_MAX)
    return `times must be a whole number from 0 (which removes) to ${TIMES_MAX}.`
  return { operation, fault, times }
}

/** The delay of a `slow` fault in milliseconds; null for every other fault. */
export function slowMs(fault: string): number | null {
  const ms = Number(/^slow:(\d{1,5})$/.exec(fault)?.[1] ?? 0)
  return ms >= 1 && ms <= SLOW_MS_MAX ? ms : null
}

function isFault(fault: unknown): fault is Fault {
  if (typeof fault !== 'string') return false
  return slowMs(fault) !== null || (fault !== 'slow' && Object.hasOwn(FAULTS, fault))
}
