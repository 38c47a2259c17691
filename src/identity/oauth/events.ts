import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Provider } from 'oidc-provider/lib/provider.js'

/** What the authorization server did, for log and record: ids and codes, never a token or a secret. */
export type OauthEvent = {
  readonly event: 'token_issued' | 'refused' | 'failed'
  /** The route, e.g. `token` or `revocation`. */
  readonly route: string
  /** Where the request came from, as `handle` was told. */
  readonly address?: string
  /** Only of a client that exists, and not proof that it was this client. */
  readonly clientId?: string
  /** The code that the caller saw, e.g. `invalid_client`. */
  readonly error?: string
  /** Why, in the library's words; never shown to the caller. */
  readonly reason?: string
  readonly cause?: unknown
}

type Failure = Error & { error?: string | undefined; error_detail?: string | undefined }

type Listener = {
  log: (event: OauthEvent) => void
  addressOf: (request: IncomingMessage) => string | undefined
}

/** Tells `log` of issued tokens, refusals and failures. Also keeps Koa from writing to stderr. */
export function reportEvents(provider: Provider, { log, addressOf }: Listener): void {
  const report = (event: OauthEvent['event']) => (ctx: KoaContextWithOIDC, failure?: Failure) => {
    const { oidc } = ctx
    const address = addressOf(ctx.req)
    log({
      event,
      route: `${oidc.route}`,
      ...(address !== undefined && { address }),
      ...(oidc.client && { clientId: oidc.client.clientId }),
      ...(failure && { error: failure.error ?? 'server_error' }),
      ...(failure?.error_detail && { reason: failure.error_detail }),
      ...(event === 'failed' && { cause: failure?.cause ?? failure }),
    })
  }
  provider.on('grant.success', (ctx) => report('token_issued')(ctx))
  provider.on('grant.error', report('refused'))
  provider.on('revocation.error', report('refused'))
  provider.on('authorization.error', report('refused'))
  provider.on('server_error', report('failed'))
  provider.onerror = (cause) => log({ event: 'failed', route: 'unknown', error: 'server_error', cause })
}
