/** The stable codes that reach a caller; docs/errors.md says what to do about each. */
export const ERROR_CODES = [
  'invalid_arguments',
  'not_allowed',
  'rate_limited',
  'not_found',
  'unsupported_by_store',
  'store_auth_failed',
  'store_refused',
  'store_throttled',
  'store_unavailable',
  'store_timeout',
  'store_bad_answer',
  'answer_too_large',
  'guard_refused',
  'change_stale',
  'outcome_unknown',
  'unavailable',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

type Details = {
  /** What went wrong inside. It goes to the record and the log, never to the caller. */
  cause?: unknown
  /** The argument that the caller should change, as a dotted path. */
  field?: string
  /** How long to wait before trying again, in seconds. */
  retryAfterS?: number
}

/**
 * A failure whose `code` and `message` may be shown to the caller as they are.
 * The message is one sentence that says what to do; it holds no value from a store, no URL and no cause.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.field = details.field
    this.retryAfterS = details.retryAfterS
  }
}

/** Any thrown value as an AppError; what is not one already becomes `internal` with the thrown value as its cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError('internal', 'Something went wrong inside Tillgate; try again later.', { cause: thrown })
}
