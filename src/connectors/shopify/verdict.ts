import { z } from 'zod'
import { AppError } from '#kernel'
import type { ShopifyScope } from './operation.ts'

/** What the platform says of the store's rate limit beside an answer. */
export type BudgetTold = { readonly left: number; readonly of: number; readonly perSecond: number }

/** An answer as it came; its body is not yet known to be JSON. */
export type RawAnswer = { readonly status: number; readonly retryAfter: string | undefined; readonly body: Buffer }

/** What an answer means. Only `data` is a success, whatever the HTTP status says. */
export type Verdict =
  | { readonly kind: 'data'; readonly data: object; readonly budget: BudgetTold | undefined }
  | { readonly kind: 'throttled'; readonly waitMs: number }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failed'; readonly error: AppError }

/** Decides, for every operation, whether the store did what was asked. `scopes` are named where it lacks permission. */
export function judge(raw: RawAnswer, scopes: readonly ShopifyScope[]): Verdict {
  if (raw.status === 429) return { kind: 'throttled', waitMs: waitFromHeader(raw.retryAfter) }
  if (raw.status === 401) return { kind: 'unauthorized' }
  if (raw.status === 403) return failed(lacksScopes(scopes))
  if (raw.status !== 200) return failed(byStatus(raw.status))
  const answer = envelope.safeParse(parseJson(raw.body)).data
  if (answer === undefined) return failed(badAnswer('not a GraphQL answer'))
  if (answer.errors && answer.errors.length > 0) return byErrors(answer, scopes)
  return byData(answer)
}

/** The refusal of an answer that the connector cannot read. `reason` is ours and holds nothing of the answer. */
export function badAnswer(reason: string): AppError {
  return new AppError('store_bad_answer', 'The store gave an answer that Tillgate cannot read; try again later.', {
    cause: new Error(reason),
  })
}

/** The value of a JSON text; undefined where it is none, which no shape accepts. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

const points = z.number().nonnegative()
const cost = z.object({
  requestedQueryCost: points,
  throttleStatus: z.object({
    maximumAvailable: points.optional(),
    currentlyAvailable: points,
    restoreRate: points.min(1),
  }),
})
const searchNotes = z.array(z.object({ warnings: z.array(z.unknown()).nullish() }))
const errorShape = z.object({ extensions: z.object({ code: z.string().nullish() }).nullish() })
const envelope = z.object({
  data: z.looseObject({}).nullish(),
  errors: z.array(errorShape).nullish(),
  extensions: z.object({ cost: cost.optional().catch(undefined), search: searchNotes.nullish() }).nullish(),
})
type Envelope = z.output<typeof envelope>

function byErrors(answer: Envelope, scopes: readonly ShopifyScope[]): Verdict {
  const codes = new Set(answer.errors?.map((error) => error.extensions?.code))
  if (codes.has('THROTTLED')) return { kind: 'throttled', waitMs: waitFromCost(answer) }
  if (codes.has('ACCESS_DENIED')) return failed(lacksScopes(scopes))
  if (codes.has('SHOP_INACTIVE') || codes.has('MAX_COST_EXCEEDED')) return failed(refused('GraphQL error of the shop'))
  if (codes.has('INTERNAL_SERVER_ERROR') || codes.has('TIMEOUT')) return failed(unavailable('GraphQL internal error'))
  return failed(badAnswer('GraphQL error without a known code'))
}

function byData(answer: Envelope): Verdict {
  if (!answer.data) return failed(badAnswer('GraphQL answer without data'))
  if (answer.extensions?.search?.some((note) => note.warnings?.length)) return failed(filterIgnored())
  if (Object.values(answer.data).some(hasUserErrors)) return failed(refused('userErrors'))
  return { kind: 'data', data: answer.data, budget: budgetTold(answer) }
}

function budgetTold({ extensions }: Envelope): BudgetTold | undefined {
  const told = extensions?.cost?.throttleStatus
  if (told?.maximumAvailable === undefined) return undefined
  return { left: told.currentlyAvailable, of: told.maximumAvailable, perSecond: told.restoreRate }
}

// Mutations answer HTTP 200 with `userErrors`, or `orderCancelUserErrors` and the like, where they did nothing.
function hasUserErrors(root: unknown): boolean {
  if (root === null || typeof root !== 'object') return false
  return Object.entries(root).some(
    ([key, value]) => /userErrors$/i.test(key) && Array.isArray(value) && value.length > 0,
  )
}

/** The refusal that an HTTP status without further meaning stands for. */
export function byStatus(status: number): AppError {
  const reason = `HTTP ${status}`
  if (status === 404) return unavailable(reason)
  if (status >= 500) return unavailable(reason)
  if (status >= 400) return refused(reason)
  return badAnswer(reason)
}

/** The refusal where the store does not take its credentials. */
export function authFailed(reason: string): AppError {
  return new AppError(
    'store_auth_failed',
    'The store did not accept its credentials; ask an admin to connect it again.',
    {
      cause: new Error(reason),
    },
  )
}

/** The refusal where waiting for the store's rate limit would outlast the call. */
export function throttled(waitMs: number): AppError {
  const retryAfterS = Math.min(RETRY_AFTER_MAX_S, Math.max(1, Math.ceil(waitMs / 1000)))
  return new AppError('store_throttled', 'The store is busy with other calls; wait and try again.', { retryAfterS })
}

function failed(error: AppError): Verdict {
  return { kind: 'failed', error }
}

function unavailable(reason: string): AppError {
  return new AppError('store_unavailable', 'The store does not answer at its address just now; try again later.', {
    cause: new Error(reason),
  })
}

function refused(reason: string): AppError {
  return new AppError('store_refused', 'The store refused this; ask an admin to look at the store in Shopify.', {
    cause: new Error(reason),
  })
}

function lacksScopes(scopes: readonly ShopifyScope[]): AppError {
  const message = `The store's app may not read this: ask an admin to give it ${scopes.join(', ') || 'access'} in Shopify.`
  return new AppError('store_refused', message, { cause: new Error('access denied') })
}

function filterIgnored(): AppError {
  return new AppError('unsupported_by_store', 'The store did not understand one of the filters; leave filters out.', {
    cause: new Error('search warnings'),
  })
}

const RETRY_AFTER_MAX_S = 3600
const WAIT_UNTOLD_MS = 1000
const WAIT_MIN_MS = 50

/** (requested - available) / restore rate, as the platform says how long its bucket needs. */
function waitFromCost(answer: Envelope): number {
  const told = answer.extensions?.cost
  if (!told) return WAIT_UNTOLD_MS
  const missing = told.requestedQueryCost - told.throttleStatus.currentlyAvailable
  return Math.max(WAIT_MIN_MS, Math.ceil((missing / told.throttleStatus.restoreRate) * 1000))
}

/** `Retry-After` in seconds, RFC 9110 §10.2.3; the platform writes decimals too. */
export function waitFromHeader(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.max(WAIT_MIN_MS, Math.ceil(seconds * 1000)) : WAIT_UNTOLD_MS
}
