import type { Route } from '#console'
import type { Seat } from '#policy'
import { seatMay } from '#policy'
import type { Headless } from '../support/headless.ts'
import type { Shown } from '../support/seated.ts'

/** What became of a request: stopped by a guard, and by which, or let through to the page itself. */
export type Outcome = 'sign_in' | 'second_factor' | 'no_form' | 'above_seat' | 'not_here' | 'broken' | 'passes'

export type Visitor = { readonly shown: Shown | 'nothing'; readonly seat: Seat }

/** What the line of a route promises; written beside the product's own guards, not with them. */
export function promised(route: Route, { shown, seat }: Visitor, isMember: boolean): Outcome {
  const lacking = lackingFor(route, shown)
  if (lacking !== undefined) return lacking
  if (route.needs !== 'member' && route.needs !== 'fresh_member') return 'passes'
  if (!isMember) return 'not_here'
  return route.may !== undefined && !seatMay(seat, route.may) ? 'above_seat' : 'passes'
}

const RANK = { nothing: 0, password: 1, stale: 2, fresh: 3 } as const

/** The least that a visitor must have shown. */
const LEAST: Readonly<Record<Route['needs'], keyof typeof RANK>> = {
  nothing: 'nothing',
  session: 'password',
  second_factor: 'stale',
  member: 'stale',
  fresh: 'fresh',
  fresh_member: 'fresh',
}

function lackingFor(route: Route, shown: keyof typeof RANK): Outcome | undefined {
  const least = LEAST[route.needs]
  if (least === undefined) throw new Error(`${route.path} needs ${route.needs}: say here what that is`)
  if (RANK[shown] >= RANK[least]) return undefined
  return shown === 'nothing' ? 'sign_in' : 'second_factor'
}

export type Answered = {
  readonly outcome: Outcome
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

type Sent = {
  readonly method: string
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** One request with the cookies of a browser, without following where it leads. */
export async function request(
  browser: Headless,
  address: URL,
  { method, form = {}, headers = {} }: Sent,
): Promise<Answered> {
  const cookie = browser.jar.header(address)
  const response = await fetch(address, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(cookie !== undefined && { cookie }) },
    ...(method === 'POST' && { body: new URLSearchParams(form) }),
  })
  browser.jar.take(address, response.headers.getSetCookie())
  const body = await response.text()
  const { date: _, ...lasting } = Object.fromEntries(response.headers)
  return { outcome: outcomeOf(response, body), status: response.status, body, headers: lasting }
}

const SENTENCES: readonly [status: number, sentence: string, outcome: Outcome][] = [
  [403, 'Your seat in this workspace does not allow this', 'above_seat'],
  [403, 'This form is too old or not from here', 'no_form'],
  [404, 'There is nothing here', 'not_here'],
]

function outcomeOf({ status, headers }: Response, body: string): Outcome {
  const location = headers.get('location') ?? ''
  if (location.startsWith('/console/sign-in?return=')) return 'sign_in'
  if (location.startsWith('/console/second-factor?return=')) return 'second_factor'
  if (status >= 500) return 'broken'
  return SENTENCES.find(([code, sentence]) => code === status && body.includes(sentence))?.[2] ?? 'passes'
}
