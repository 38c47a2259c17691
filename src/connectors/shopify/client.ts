import { setTimeout as wait } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { AppError, Clock, Secret } from '#kernel'
import type { Budget } from '../connector.ts'
import type { Egress } from '../egress.ts'
import { API_VERSION, type Operation } from './operation.ts'
import { createSend, type OpenCall } from './send.ts'
import type { Tally } from './shape.ts'
import { createTokenSource } from './token.ts'
import { authFailed, type BudgetTold, badAnswer, judge, throttled, type Verdict } from './verdict.ts'

/** The values of an operation's variables; only these differ from call to call. */
type Variables = Readonly<Record<string, string | number | boolean | null>>

/** An answer of the expected shape, and the count of what was dropped from it. */
export type Answered<Answer> = { readonly answer: Answer; readonly tally: Tally }

/** Runs fixed read operations against a store. */
export type ShopifyClient = {
  /** Throws an AppError with one of the `store_*` codes or `answer_too_large`; never anything of the platform's text. */
  readonly run: <Answer>(
    operation: Operation<Answer>,
    call: OpenCall,
    variables: Variables,
  ) => Promise<Answered<Answer>>
  readonly budgetOf: (storeId: string) => Budget | undefined
}

export type ClientParts = {
  readonly egress: Egress
  readonly clock: Clock
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>
}

const PATH = `/admin/api/${API_VERSION}/graphql.json`
const THROTTLE_RETRIES_MAX = 3
/** Stores whose budget is remembered. */
const BUDGETS_MAX = 10_000

export function createClient({ egress, clock, sleep = wait }: ClientParts): ShopifyClient {
  const send = createSend({ egress, clock })
  const tokens = createTokenSource({ send, clock })
  const budgets = new LRUCache<string, Budget>({ max: BUDGETS_MAX })

  async function ask(call: OpenCall, body: string, operation: Operation<unknown>, token: Secret): Promise<Verdict> {
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': token.reveal() }
    return judge(await send(call, { path: PATH, headers, body }), operation.scopes)
  }

  /** Asks, and once more with a new token where the store refused the kept one. */
  async function askAuthorised(call: OpenCall, body: string, operation: Operation<unknown>): Promise<Verdict> {
    const token = await tokens.tokenFor(call.store, call.deadline)
    const first = await ask(call, body, operation, token)
    if (first.kind !== 'unauthorized' || !(await tokens.drop(call.store, token))) return first
    return ask(call, body, operation, await tokens.tokenFor(call.store, call.deadline))
  }

  function remember({ store }: OpenCall, budget: BudgetTold | undefined): void {
    if (budget) budgets.set(store.id, { ...budget, at: clock() })
  }

  /** Waits for the store's rate limit within the time of the call. Only reads come here, so repeating is harmless. */
  async function askPatiently(call: OpenCall, body: string, operation: Operation<unknown>): Promise<object> {
    let verdict = await askAuthorised(call, body, operation)
    for (let retries = 0; verdict.kind === 'throttled' && retries < THROTTLE_RETRIES_MAX; retries += 1) {
      if (clock() + verdict.waitMs >= call.deadline) break
      await sleep(verdict.waitMs)
      verdict = await askAuthorised(call, body, operation)
    }
    if (verdict.kind !== 'data') throw refusalOf(verdict)
    remember(call, verdict.budget)
    return verdict.data
  }

  return {
    budgetOf: (storeId) => budgets.get(storeId),
    run: async (operation, call, variables) => {
      const body = JSON.stringify({ query: operation.document, operationName: operation.name, variables })
      const read = operation.answer.read(await askPatiently(call, body, operation))
      if (read === undefined) throw badAnswer(`${operation.name}: the answer has another shape`)
      return read
    },
  }
}

function refusalOf(verdict: Exclude<Verdict, { kind: 'data' }>): AppError {
  if (verdict.kind === 'throttled') return throttled(verdict.waitMs)
  if (verdict.kind === 'unauthorized') return authFailed('HTTP 401')
  return verdict.error
}
