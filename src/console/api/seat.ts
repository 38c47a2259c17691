import type { Context, Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { LoginSession } from '#identity'
import { type SeatAction, seatMay } from '#policy'
import { isFormToken, visitOf } from '../csrf.ts'
import { judge } from '../guard.ts'
import { aboveSeat, foreignPage, mustProve, mustSignIn, notHere } from './errors.ts'
import type { ApiEnv, ApiVisit, GuardedEnv } from './visit.ts'

/** What a route asks before its handler runs: a member; `fresh_member`: with a second factor within 10 minutes; and the seat. */
export type Guard = { readonly needs: 'member' | 'fresh_member'; readonly may?: SeatAction | undefined }

const guards = new WeakMap<object, Guard>()

/**
 * The first handler of every route. Without it a handler has no `visit`, so no workspace and no person, and the route
 * cannot be registered (`guardedRoutes`). It opens the workspace of the path by the session; what the handler throws
 * rolls everything back.
 */
export function seat(needs: Guard['needs'], may?: SeatAction) {
  const guard = createMiddleware<GuardedEnv>(async (c, next) => {
    const session = await sessionOf(c, needs)
    if (c.req.method !== 'GET') refuseForeign(c, session)
    const after: (() => Promise<unknown>)[] = []
    const place = { hash: session.hash, slug: c.req.param('workspace') ?? '' }
    const entered = await c.get('world').people.inWorkspace(place, async (tx, person) => {
      if (may !== undefined && !seatMay(person.seat, may)) throw aboveSeat()
      c.set('visit', visitIn(c, { session, tx, person, afterCommit: (work) => void after.push(work) }))
      await next()
      // Hono has answered for a handler that threw; the transaction must not commit what it had done.
      if (c.error) throw c.error
      return true
    })
    // The same answer whether the workspace exists or not.
    if (!entered) throw notHere()
    for (const work of after) await work()
  })
  guards.set(guard, { needs, may })
  return guard
}

async function sessionOf(c: Context<GuardedEnv>, needs: Guard['needs']): Promise<LoginSession> {
  const world = c.get('world')
  const session = await world.login.session(c.env.incoming.headers.cookie)
  const verdict = judge(needs, session, world.clock())
  if (session === undefined || verdict === 'sign_in') throw mustSignIn()
  if (verdict === 'second_factor') throw mustProve()
  return session
}

/** A change must come from the app, in this browser and session: a header that no other origin can send. */
function refuseForeign(c: Context<GuardedEnv>, session: LoginSession): void {
  const world = c.get('world')
  const { origin, cookie } = c.env.incoming.headers
  const isOurs = origin === undefined || origin === new URL(world.base).origin
  const owner = { visit: visitOf(cookie).visit, sessionHash: session.hash, subject: '' }
  if (!isOurs || !isFormToken(world.formKey, owner, c.req.header('x-csrf') ?? '')) throw foreignPage()
}

type Found = Pick<ApiVisit, 'session' | 'tx' | 'person' | 'afterCommit'>

function visitIn(c: Context<GuardedEnv>, found: Found): ApiVisit {
  const { incoming } = c.env
  const world = c.get('world')
  const userAgent = (incoming.headers['user-agent'] ?? '').slice(0, 300)
  return { world, caller: { address: world.addressOf(incoming), userAgent }, ...found }
}

/** A route of the API as it stands behind its guard. */
export type GuardedRoute = { readonly method: string; readonly path: string } & Guard

/** Every route with what it asks. Throws for one whose first handler is no guard: such an app does not start. */
export function guardedRoutes(app: Pick<Hono<ApiEnv>, 'routes'>): GuardedRoute[] {
  const firsts = new Map<string, GuardedRoute>()
  for (const { method, path, handler } of app.routes) {
    if (firsts.has(`${method} ${path}`)) continue
    const guard = guards.get(handler)
    if (guard === undefined) throw new Error(`${method} ${path} asks for no seat`)
    firsts.set(`${method} ${path}`, { method, path, ...guard })
  }
  return [...firsts.values()]
}
