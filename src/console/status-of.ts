import type { ErrorCode } from '#kernel'

const STATUS: Partial<Record<ErrorCode, number>> = {
  invalid_arguments: 400,
  not_allowed: 403,
  not_found: 404,
  rate_limited: 429,
  unavailable: 503,
}

/** The HTTP status of an error that a person sees. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 500
}
