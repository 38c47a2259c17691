import type { Provider } from 'oidc-provider/lib/provider.js'
import { AppError } from '#kernel'
import { sayProblem } from './error-page.ts'
import type { Limit } from './limit.ts'
import type { RequestNotes } from './notes.ts'
import { answers, isMetadataPath, METADATA_PATH } from './paths.ts'

type Middleware = Parameters<Provider['use']>[0]

/** Keeps every other route of the library shut, and requests that carry an address of their own. */
export const onlyOurPaths: Middleware = async (ctx, next) => {
  if (ctx.originalUrl.startsWith('/') && answers(ctx.path)) await next()
}

/** Errors of the library's defaults in our words: vague, nothing of the cause. */
export const answerInOurWords: Middleware = async (ctx, next) => {
  await next()
  ctx.set('x-content-type-options', 'nosniff')
  if (ctx.status === 404) {
    ctx.body = { error: 'invalid_request', error_description: 'There is nothing here for this method and path.' }
    ctx.status = 404
  }
  if (ctx.status >= 500) {
    const error = ctx.status === 503 ? 'temporarily_unavailable' : 'server_error'
    sayProblem(ctx, { error, error_description: 'Tillgate could not answer; try again later.' })
    ctx.set('cache-control', 'no-store')
  }
}

const SESSION_COOKIE = /^_session(\.|=)/

/**
 * The library has no live session here: its cookies are neither read nor set. Those of a request that waits for a person
 * are bound to their paths, and only travel encrypted or on the machine itself.
 */
export const ownCookies: Middleware = async (ctx, next) => {
  const { headers } = ctx.req
  const sent = headers.cookie?.split(/; */).filter((cookie) => !SESSION_COOKIE.test(cookie))
  if (sent) headers.cookie = sent.join('; ')
  // Without this the library refuses to set a secure cookie on loopback, where there is no TLS.
  ctx.cookies.secure = true
  try {
    await next()
  } finally {
    const set = [ctx.res.getHeader('set-cookie') ?? []].flat().map(String)
    const kept = set.filter((cookie) => !SESSION_COOKIE.test(cookie))
    if (kept.length > 0) ctx.res.setHeader('set-cookie', kept)
    else ctx.res.removeHeader('set-cookie')
  }
}

/** The metadata, under every path where clients look, readable from any page: they say nothing that is not public. */
export function publicMetadata(scopes: readonly string[]): Middleware {
  return async (ctx, next) => {
    const isMetadata = isMetadataPath(ctx.path)
    if (isMetadata) ctx.path = METADATA_PATH
    await next()
    if (isMetadata && isDocument(ctx.body)) {
      ctx.body = { ...ctx.body, scopes_supported: scopes, response_modes_supported: ['query'] }
    }
    if (isMetadata || ctx.path === '/oauth/jwks') ctx.set('access-control-allow-origin', '*')
  }
}

function isDocument(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && 'issuer' in body
}

/** Parameters of OpenID Connect that the library refuses without `openid`, which is not spoken here. */
const IGNORED = ['acr_values', 'claims', 'claims_locales', 'id_token_hint', 'max_age', 'nonce']

/** An authorization request as OAuth 2.1 has it: what it need not know is ignored, and the answer comes in the query. */
export const plainRequests: Middleware = async (ctx, next) => {
  if (ctx.path === '/oauth/authorize') {
    const query = { ...ctx.query }
    for (const name of IGNORED) delete query[name]
    // The library has more response modes, one of them a page with a script, and no way to take them out.
    if (query.response_mode !== undefined && query.response_mode !== 'query') query.response_mode = 'not-supported'
    ctx.query = query
  }
  await next()
}

const REGISTRATIONS = { perSecond: 10 / 60, burst: 20 }

/** Anybody may register a client, from any page, but not all the time. */
export function openRegistration(limit: Limit, notes: RequestNotes): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/oauth/register') return next()
    ctx.set('access-control-allow-origin', '*')
    if (ctx.method === 'OPTIONS') {
      ctx.set(PREFLIGHT)
      ctx.status = 204
      return
    }
    const early = tooEarly(() => limit(`registration:${notes.of(ctx.req).address ?? ''}`, REGISTRATIONS))
    if (!early) return next()
    ctx.status = 429
    ctx.set('retry-after', `${early.retryAfterS ?? 60}`)
    ctx.body = { error: 'temporarily_unavailable', error_description: early.message }
  }
}

const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, accept, mcp-protocol-version',
  'access-control-max-age': '3600',
}

function tooEarly(take: () => void): AppError | undefined {
  try {
    take()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}
