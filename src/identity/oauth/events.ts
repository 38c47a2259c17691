import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Provider } from 'oidc-provider/lib/provider.js'
import { LOST_RACE } from './model-adapter.ts'
import type { RequestNotes } from './notes.ts'

/** What the authorization server did, for log and record: ids and codes, never a token or a secret. */
export type OauthEvent = {
  readonly event: 'client_registered' | 'token_issued' | 'refresh_reused' | 'revoked' | 'refused' | 'failed'
  /** The route, e.g. `token` or `revocation`. */
  readonly route: string
  /** Where the request came from, as `handle` was told. */
  readonly address?: string
  /** Only of a client that exists, and not proof that it was this client. */
  readonly clientId?: string
  /** The member's standing grant that it was about. */
  readonly grantId?: string
  /** The code that the caller saw, e.g. `invalid_client`. */
  readonly error?: string
  /** Why, in the library's words; never shown to the caller. */
  readonly reason?: string
  readonly cause?: unknown
}

export type Report = (event: OauthEvent['event'], ctx: KoaContextWithOIDC, failure?: Failure) => void

type Failure = Error & { error?: string | undefined; error_detail?: string | undefined }

/** The words of the library for a refresh token that was used again after the grace. */
const REUSED = 'refresh token already used'

/** Tells of one thing that happened to a request. */
export function reporter(log: (event: OauthEvent) => void, notes: RequestNotes): Report {
  return (event, ctx, failure) => {
    const { address, grantId } = notes.in(ctx)
    log({
      event,
      route: `${ctx.oidc.route}`,
      ...(address !== undefined && { address }),
      ...(ctx.oidc.client && { clientId: ctx.oidc.client.clientId }),
      ...(grantId !== undefined && { grantId }),
      ...(failure && { error: failure.error ?? 'server_error' }),
      ...(failure?.error_detail && { reason: failure.error_detail }),
      ...(event === 'failed' && { cause: failure?.cause ?? failure }),
    })
  }
}

/** Tells of issued tokens, registrations, refusals and failures. Also keeps Koa from writing to stderr. */
export function reportEvents(
  provider: Provider,
  { log, report, notes }: { log: (event: OauthEvent) => void; report: Report; notes: RequestNotes },
): void {
  const refused = (ctx: KoaContextWithOIDC, failure: Failure) => report('refused', ctx, failure)
  provider.on('grant.success', (ctx) => report('token_issued', ctx))
  provider.on('grant.error', (ctx, failure: Failure) => {
    // Whoever lost the race may still be given the winner's answer; refresh-grace.ts tells how it ended.
    if (failure.error_detail === LOST_RACE) notes.in(ctx).lostRace = true
    else report(failure.error_detail === REUSED ? 'refresh_reused' : 'refused', ctx, failure)
  })
  provider.on('registration_create.success', (ctx) => report('client_registered', ctx))
  provider.on('registration_create.error', refused)
  provider.on('revocation.error', refused)
  provider.on('authorization.error', refused)
  provider.on('server_error', (ctx, failure) => report('failed', ctx, failure))
  provider.onerror = (cause) => log({ event: 'failed', route: 'unknown', error: 'server_error', cause })
}
