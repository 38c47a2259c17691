import { hc } from 'hono/client'
import type { ApiError, ConsoleApi } from '#console'

/** A refusal of the server, with its sentence and, where there is one, the page that helps. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly next: string | undefined

  constructor(status: number, error: ApiError) {
    super(error.message)
    this.status = status
    this.code = error.code
    this.field = error.field
    this.next = error.next
  }
}

/** The token for changes, which the server gives with the first answer (`/self`). */
let csrf = ''
export function keepCsrf(token: string): void {
  csrf = token
}

const TIMEOUT_MS = 20_000

/** The API, typed end to end. Every request ends after 20 seconds. */
export const api = hc<ConsoleApi>('/', {
  fetch: (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    if (init?.method !== undefined && init.method !== 'GET') headers.set('x-csrf', csrf)
    return fetch(input, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
  },
}).api.w[':workspace']

type Answer<T> = { readonly ok: boolean; readonly status: number; json(): Promise<T> }

/** The body of an answer. Throws `Refused` with the server's sentence, or with one of ours where none came. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked.catch(() => {
    throw new Refused(0, {
      code: 'unavailable',
      message: 'Tillgate does not answer. Is it running? Try again in a moment.',
    })
  })
  if (answer.ok) return answer.json()
  throw new Refused(answer.status, await errorOf(answer))
}

async function errorOf(answer: Answer<unknown>): Promise<ApiError> {
  const fallback: ApiError = {
    code: 'internal',
    message: `Tillgate answered with an error (${answer.status}). Try again in a moment.`,
  }
  const sent: unknown = await answer.json().catch(() => undefined)
  return isErrorBody(sent) ? sent.error : fallback
}

function isErrorBody(value: unknown): value is { error: ApiError } {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false
  const { error } = value
  return typeof error === 'object' && error !== null && 'message' in error && 'code' in error
}
