import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'

/** What is known of a request beside what the library keeps of it. */
type Notes = {
  /** Where it came from, as `handle` was told. */
  address?: string
  /** The standing grant that it used. */
  grantId?: string
  /** Its refresh token was consumed by another request in the same moment. */
  lostRace?: boolean
  /** It ended a token. */
  revoked?: boolean
}

export type RequestNotes = {
  of(request: IncomingMessage): Notes
  /** The notes of the request that is being answered; empty ones where a thing is done outside of any. */
  in(ctx: KoaContextWithOIDC | undefined): Notes
}

export function requestNotes(): RequestNotes {
  const all = new WeakMap<IncomingMessage, Notes>()
  const of = (request: IncomingMessage): Notes => {
    const known = all.get(request) ?? {}
    all.set(request, known)
    return known
  }
  return { of, in: (ctx) => (ctx ? of(ctx.req) : {}) }
}
