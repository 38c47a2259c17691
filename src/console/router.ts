import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { LoginSession } from '#identity'
import { AppError } from '#kernel'
import { seatMay } from '#policy'
import { consoleApi } from './api/api.ts'
import { errorAnswer, isAnswer, notHere as notInApi } from './api/errors.ts'
import type { ApiEnv } from './api/visit.ts'
import { formToken, isFormToken, visitOf } from './csrf.ts'
import { fieldsOf } from './fields.ts'
import { judge } from './guard.ts'
import { pageHeaders } from './headers.ts'
import { errorPage, notHere } from './pages/error.ts'
import { returnPath, via } from './return-path.ts'
import type { Fields, Reply, Route, Visit } from './route.ts'
import { routes } from './routes.ts'
import { serveStatic } from './static.ts'
import { serveWebApp } from './web-app.ts'
import type { ApiWorld, ConsoleWorld } from './world.ts'

/** The pages below /console, and the API of the web app below /api. */
export type Console = {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Ends what is streamed, so that the server can close. */
  close(): void
}

const BODY_BYTES_MAX = 64 * 1024

type Env = ApiEnv

export function createConsole(shared: ConsoleWorld): Console {
  const closing = new AbortController()
  const world: ApiWorld = { ...shared, closing: closing.signal, verifying: new Set() }
  const app = new Hono<Env>()
  app.use(async (c, next) => onlyUnderOurName(world, c) ?? (await next()))
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => c.text('The form is too large.', 413) }))
  app.get('/console/assets/:file', (c) => serveStatic(c.req.param('file')))
  app.get('/console/app/assets/:file', (c) => serveWebApp(c.req.param('file'), c.req.header('accept-encoding') ?? ''))
  for (const route of routes) app.on(route.method, `/console${route.path}`, (c) => answer(world, route, c))
  app.use('/api/*', async (c, next) => {
    c.set('world', world)
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    await next()
  })
  app.route('/', consoleApi)
  app.notFound((c) => (isForApi(c) ? errorAnswer(notInApi()) : respond(notHere())))
  app.onError((error, c) => {
    if (!isAnswer(error)) world.onMistake(error)
    return isForApi(c) ? errorAnswer(error) : respond(errorPage(error))
  })
  const listener = getRequestListener(app.fetch)
  return {
    async handle(req, res) {
      await listener(req, res)
    },
    close: () => closing.abort(),
  }
}

const isForApi = (c: Context<Env>) => c.req.path.startsWith('/api/')

/** Passkeys and cookies belong to one name: another name of this machine is sent there. */
function onlyUnderOurName(world: ConsoleWorld, c: Context<Env>): Response | undefined {
  const { host } = new URL(world.base)
  if (c.env.incoming.headers.host === host) return undefined
  if (c.req.method !== 'GET') return c.text('Use the address that Tillgate was set up with.', 421)
  const { pathname, search } = new URL(c.req.url)
  return c.redirect(`${world.base}${pathname}${search}`, 302)
}

async function answer(world: ConsoleWorld, route: Route, c: Context<Env>): Promise<Response> {
  const { incoming: req, outgoing: res } = c.env
  const { visit: browser, cookie } = visitOf(req.headers.cookie)
  const session = await world.login.session(req.headers.cookie)
  const owner = { visit: browser, sessionHash: session?.hash ?? '' }
  const form = route.method === 'POST' ? await formOf(c) : fieldsOf([])
  const params = c.req.param() as Record<string, string>
  const after: (() => Promise<unknown>)[] = []
  const visit: Visit = {
    world,
    path: c.req.path,
    params,
    query: fieldsOf(new URL(c.req.url).searchParams),
    form,
    caller: { address: world.addressOf(req), userAgent: (req.headers['user-agent'] ?? '').slice(0, 300) },
    session,
    csrf: (subject = '') => formToken(world.formKey, { ...owner, subject }),
    req,
    res,
    afterCommit: (work) => void after.push(work),
  }
  const refusal = refuseForeign(route, visit, owner) ?? sendAway(route, visit)
  const reply = refusal ?? (await run(route, visit, session))
  for (const work of after) await work()
  return respond(reply, cookie)
}

/** A POST must come from a form of ours, shown to this browser in this session. */
function refuseForeign(route: Route, visit: Visit, owner: { visit: string; sessionHash: string }): Reply | undefined {
  if (route.method !== 'POST') return undefined
  const { origin } = visit.req.headers
  const isOurs = origin === undefined || origin === new URL(visit.world.base).origin
  const subject = route.subject === undefined ? '' : (visit.params[route.subject] ?? '')
  if (isOurs && isFormToken(visit.world.formKey, { ...owner, subject }, visit.form.raw('csrf'))) return undefined
  return errorPage(
    new AppError('not_allowed', 'This form is too old or not from here: go back, reload the page and send it again.'),
  )
}

function sendAway(route: Route, visit: Visit): Reply | undefined {
  const verdict = judge(route.needs, visit.session, visit.world.clock())
  if (verdict === 'pass') return undefined
  return { kind: 'redirect', to: via(verdict === 'sign_in' ? 'sign-in' : 'second-factor', comeBack(route, visit)) }
}

/** A POST cannot be repeated after signing in: the page that it came from is shown again. */
function comeBack(route: Route, { req, world, path }: Visit): string {
  if (route.method === 'GET') return returnPath(world.base, req.url ?? path)
  const { referer = '' } = req.headers
  return returnPath(world.base, URL.canParse(referer) ? referer.slice(new URL(referer).origin.length) : '')
}

async function run(route: Route, visit: Visit, session: LoginSession | undefined): Promise<Reply> {
  if (route.needs === 'nothing') return route.handle(visit)
  if (session === undefined) throw new AppError('internal', 'Something went wrong inside Tillgate; try again later.')
  const signedIn = { ...visit, session }
  if (route.needs !== 'member' && route.needs !== 'fresh_member') return route.handle(signedIn)
  const slug = visit.params.workspace ?? ''
  const entered = await visit.world.people.inWorkspace({ hash: session.hash, slug }, async (tx, person) => {
    if (route.may !== undefined && !seatMay(person.seat, route.may)) throw aboveSeat()
    return route.handle({ ...signedIn, tx, person })
  })
  // The same answer whether the workspace exists or not.
  return entered ?? notHere()
}

function aboveSeat(): AppError {
  return new AppError('not_allowed', 'Your seat in this workspace does not allow this; ask an owner or an admin.')
}

async function formOf(c: Context<Env>): Promise<Fields> {
  const text = await c.req.text()
  return fieldsOf(new URLSearchParams(text))
}

function respond(reply: Reply, visitCookie?: string): Response {
  const headers = new Headers()
  for (const value of [...(reply.cookies ?? []), ...(visitCookie === undefined ? [] : [visitCookie])]) {
    headers.append('set-cookie', value)
  }
  for (const [name, value] of Object.entries(pageHeaders(reply.kind === 'page' ? reply.formAction : undefined))) {
    headers.set(name, value)
  }
  switch (reply.kind) {
    case 'redirect':
      headers.set('location', reply.to)
      return new Response(null, { status: 303, headers })
    case 'json':
      headers.set('content-type', 'application/json')
      return new Response(JSON.stringify(reply.value), { status: reply.status ?? 200, headers })
    case 'page':
      headers.set('content-type', 'text/html; charset=utf-8')
      return new Response(`${reply.html}`, { status: reply.status ?? 200, headers })
  }
}
