import type { KoaContextWithOIDC } from 'oidc-provider'
import { OIDCProviderError } from 'oidc-provider/lib/helpers/errors.js'
import { AppError, type Clock } from '#kernel'
import type { Limit } from './limit.ts'
import type { RequestNotes } from './notes.ts'
import { documentMetadata } from './registration.ts'

/** What came for a GET of a URL that a stranger named; refuses private addresses, follows no redirect, and gives up in time. */
export type FetchDocument = (url: string) => Promise<{
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}>

type Parts = { fetchDocument: FetchDocument; limit: Limit; notes: RequestNotes; clock: Clock }

/** As the draft says. */
const BYTES_MAX = 5 * 1024
/** How long a document that could not be used is not asked for again. */
const FAILED_MS = 30_000
/** How long a document is used again while its host cannot be reached. */
const USABLE_MS = 86_400_000
const KEPT_MAX = 1_000
const BY_ADDRESS = { perSecond: 0.5, burst: 10 }
const BY_HOST = { perSecond: 1, burst: 20 }

export type ClientDocuments = {
  /** For the library's `fetch`, which it uses for nothing else: only what we keep of a document comes out of it. */
  fetch(url: string): Promise<Response>
  /** Whether it may be fetched now. Throws where somebody asks too often. */
  mayFetch(ctx: KoaContextWithOIDC | undefined, clientId: string): boolean
}

/** Client-ID metadata documents: a client whose id is the URL of its metadata, for which the host of the URL vouches. */
export function clientDocuments({ fetchDocument, limit, notes, clock }: Parts): ClientDocuments {
  const failed = recent<true>(clock, FAILED_MS)
  const read = recent<object>(clock, USABLE_MS)
  return {
    async fetch(url) {
      try {
        const usable = await readDocument(fetchDocument, url)
        read.set(url, usable.metadata)
        return Response.json(usable.metadata, { headers: usable.headers })
      } catch (cause) {
        // A host that is down for a moment must not disconnect those who trusted it before.
        const before = isOutage(cause) ? read.get(url) : undefined
        if (before) return Response.json(before)
        failed.set(url, true)
        throw cause
      }
    },
    mayFetch(ctx, clientId) {
      if (failed.get(clientId)) return false
      try {
        limit(`client-document:${notes.in(ctx).address ?? ''}`, BY_ADDRESS)
        limit(`client-document-host:${new URL(clientId).host}`, BY_HOST)
      } catch (cause) {
        if (!(cause instanceof AppError)) throw cause
        throw new OIDCProviderError(429, 'temporarily_unavailable', { cause, detail: 'too many client-ID documents' })
      }
      return true
    },
  }
}

function isOutage(cause: unknown): boolean {
  return cause instanceof AppError && (cause.code === 'store_unavailable' || cause.code === 'store_timeout')
}

/** The newest values, each for a while. */
function recent<T>(clock: Clock, forMs: number) {
  const values = new Map<string, { value: T; at: number }>()
  return {
    get(key: string): T | undefined {
      const known = values.get(key)
      return known && clock() - known.at < forMs ? known.value : undefined
    },
    set(key: string, value: T): void {
      // Set anew, so that the oldest is the first.
      values.delete(key)
      const [oldest] = values.keys()
      if (values.size >= KEPT_MAX && oldest !== undefined) values.delete(oldest)
      values.set(key, { value, at: clock() })
    },
  }
}

type Usable = { metadata: object; headers: [string, string][] }

/** What its errors say is seen in the log, not by the client. */
async function readDocument(fetchDocument: FetchDocument, url: string): Promise<Usable> {
  const { status, headers, body } = await fetchDocument(url)
  if (status !== 200) throw new Error(`the client-ID document came with status ${status}`)
  if (body.length > BYTES_MAX) throw new Error('the client-ID document is too large')
  const document: unknown = JSON.parse(body.toString('utf8'))
  const metadata = documentMetadata(document)
  if (typeof metadata === 'string') throw new Error(metadata)
  if (typeof document !== 'object' || document === null || !('client_id' in document) || document.client_id !== url) {
    throw new Error('the client-ID document is of another client')
  }
  // By these the library caches.
  const kept = Object.entries(headers).filter(([name]) => ['cache-control', 'expires'].includes(name.toLowerCase()))
  return { metadata: { ...metadata, client_id: url }, headers: kept }
}
