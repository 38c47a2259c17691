import { AppError, type ErrorCode, toAppError } from '#kernel'
import { statusOf } from '../status-of.ts'

/** What went wrong, as the web app gets it; `next` is the page that helps. */
export type ApiError = {
  readonly code: ErrorCode | 'sign_in' | 'second_factor' | 'stale_page'
  readonly message: string
  readonly field?: string
  readonly next?: string
}

/** A refusal with a way on. */
class Stopped extends Error {
  readonly status: number
  readonly error: ApiError

  constructor(status: number, error: ApiError) {
    super(error.message)
    this.status = status
    this.error = error
  }
}

export function mustSignIn(): Error {
  const message = 'You are signed out; sign in again to go on.'
  return new Stopped(401, { code: 'sign_in', message, next: '/console/sign-in' })
}

export function mustProve(): Error {
  const message = 'Show your second factor once more: this needs one from the last 10 minutes.'
  return new Stopped(403, { code: 'second_factor', message, next: '/console/second-factor' })
}

export function foreignPage(): Error {
  const message = 'This page is too old: reload it and do that once more.'
  return new Stopped(403, { code: 'stale_page', message })
}

export function aboveSeat(): Error {
  const message = 'Your seat in this workspace does not allow this; ask an owner or an admin.'
  return new Stopped(403, { code: 'not_allowed', message })
}

/** For what does not exist and for what this person may not know of, alike. */
export function notHere(): Error {
  const message = 'There is nothing here: the address is wrong, or it is not for this account.'
  return new Stopped(404, { code: 'not_found', message, next: '/console' })
}

/** Any thrown value as the answer that the web app gets: nothing of its cause. */
export function errorAnswer(thrown: unknown): Response {
  const { status, error } = thrown instanceof Stopped ? thrown : inWords(toAppError(thrown))
  return Response.json(
    { error },
    { status, headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } },
  )
}

function inWords({ code, message, field }: AppError): { status: number; error: ApiError } {
  return { status: statusOf(code), error: { code, message, ...(field !== undefined && { field }) } }
}

/** Whether a thrown value is an answer to the caller, and no mistake of ours. */
export function isAnswer(thrown: unknown): boolean {
  return thrown instanceof Stopped || thrown instanceof AppError
}
