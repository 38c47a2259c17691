import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Provider } from 'oidc-provider/lib/provider.js'
import type pg from 'pg'
import type { Clock } from '#kernel'
import type { Vault } from '#vault'
import { clientDocuments, type FetchDocument } from './documents.ts'
import type { OauthEvent } from './events.ts'
import type { Interactions } from './interaction.ts'
import { createInteractions } from './interactions.ts'
import type { Limit } from './limit.ts'
import { requestNotes } from './notes.ts'
import { answers } from './paths.ts'
import type { ProviderParts } from './provider-parts.ts'
import { queryOf } from './query.ts'
import { loadServerKeys, type ServerKeys } from './server-keys.ts'

export type AuthorizationServer = {
  /** Answers a request whose path it `answers`; nobody may have read its body. `address` is the caller's, for limits and events. */
  handle(request: IncomingMessage, response: ServerResponse, address?: string): Promise<void>
  answers(path: string): boolean
  /** Requests that wait for a person, for the page that asks: `/console/consent/<uid>`. */
  readonly interactions: Interactions
  /** No look at the keys starts any more; resolves when the one under way has ended. */
  stop(): Promise<void>
}

type Parts = {
  /** Origin of this Tillgate, e.g. `http://localhost:8740`: issuer (RFC 8414) and base of every resource. */
  readonly issuer: string
  /** The pool of `tillgate_auth`. */
  readonly authPool: pg.Pool
  /** Seals the keys that all replicas share. */
  readonly vault: Vault
  readonly clock: Clock
  readonly fetchDocument: FetchDocument
  readonly limit: Limit
  readonly log: (event: OauthEvent) => void
  /** How often it looks whether its keys have changed; once a day unless given. */
  readonly keysEveryMs?: number
}

const DAY_MS = 86_400_000

/**
 * The OAuth 2.1 authorization server. Members connect clients by authorization code with PKCE (S256) and refresh tokens that
 * rotate; machine agents use `client_credentials`. Resource indicators (RFC 8707), opaque tokens, revocation (RFC 7009),
 * metadata (RFC 8414), `iss` in answers (RFC 9207); clients by client-ID document, registration (RFC 7591) or operator.
 */
export async function createAuthorizationServer(parts: Parts): Promise<AuthorizationServer> {
  const { origin } = new URL(parts.issuer)
  const notes = requestNotes()
  const documents = clientDocuments({ ...parts, notes })
  const { authPool } = parts
  // Loaded only where it serves: commands on the host start without the library.
  const { makeProvider } = await import('./provider.ts')
  const grantOf = grantNoter(authPool, notes)
  const build = (keys: ServerKeys) => makeProvider({ issuer: origin, authPool, keys, documents, notes, grantOf }, parts)
  const current = await followKeys(parts, build)
  return {
    async handle(request, response, address) {
      if (address !== undefined) notes.of(request).address = address
      addressAs(request, new URL(origin))
      await current.answer(request, response)
    },
    answers,
    interactions: createInteractions({ issuer: origin, authPool, provider: current.provider }),
    stop: current.stop,
  }
}

type Following = {
  provider: () => Provider
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  stop(): Promise<void>
}

/** Keeps a provider with the keys of today, also when another replica has made new ones. */
async function followKeys(parts: Parts, build: (keys: ServerKeys) => Provider): Promise<Following> {
  let keys = await loadServerKeys(parts)
  let provider = build(keys)
  let answer = provider.callback()
  let running: Promise<void> | undefined
  const look = async () => {
    try {
      const found = await loadServerKeys(parts)
      if (found.version === keys.version) return
      provider = build(found)
      answer = provider.callback()
      keys = found
    } catch (cause) {
      parts.log({ event: 'failed', route: 'keys', error: 'server_error', cause })
    }
  }
  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined
    })
  }, parts.keysEveryMs ?? DAY_MS)
  timer.unref()
  return {
    provider: () => provider,
    answer: (request, response) => answer(request, response),
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

function grantNoter(authPool: pg.Pool, notes: ReturnType<typeof requestNotes>): ProviderParts['grantOf'] {
  const query = queryOf(authPool)
  return async (ctx: KoaContextWithOIDC, providerGrantId) => {
    if (providerGrantId === undefined) return
    const { rows } = await query<{ grant_id: string }>(
      'select grant_id from auth.provider_grants where provider_grant_id = $1',
      [providerGrantId],
    )
    if (rows[0]) notes.in(ctx).grantId = rows[0].grant_id
  }
}

/** The library builds URLs from the request; they must come from the issuer, whatever a client or a proxy says. */
function addressAs(request: IncomingMessage, issuer: URL): void {
  request.headers.host = issuer.host
  request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
  delete request.headers['x-forwarded-host']
  delete request.headers['x-forwarded-for']
}
