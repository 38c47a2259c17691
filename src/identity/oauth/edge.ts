import type { Provider } from 'oidc-provider/lib/provider.js'

type Middleware = Parameters<Provider['use']>[0]

/** Keeps every other route of the library shut, e.g. its logout, and requests that carry an address of their own. */
export function onlyOurPaths(paths: ReadonlySet<string>): Middleware {
  return async (ctx, next) => {
    if (ctx.originalUrl.startsWith('/') && paths.has(ctx.path)) await next()
  }
}

/** Errors of the library's defaults in our words: JSON, vague, nothing of the cause. */
export const answerInOurWords: Middleware = async (ctx, next) => {
  await next()
  ctx.set('x-content-type-options', 'nosniff')
  if (ctx.status === 404) {
    ctx.body = { error: 'invalid_request', error_description: 'There is nothing here for this method and path.' }
    ctx.status = 404
  }
  if (ctx.status >= 500) {
    const error = ctx.status === 503 ? 'temporarily_unavailable' : 'server_error'
    ctx.body = { error, error_description: 'Tillgate could not answer; try again later.' }
    ctx.set('cache-control', 'no-store')
  }
}
