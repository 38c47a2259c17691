import type { KoaContextWithOIDC } from 'oidc-provider'
import type pg from 'pg'
import type { ClientDocuments } from './documents.ts'
import type { RequestNotes } from './notes.ts'
import type { ServerKeys } from './server-keys.ts'

/** What the library is configured with. */
export type ProviderParts = {
  /** An origin. */
  readonly issuer: string
  readonly authPool: pg.Pool
  readonly keys: ServerKeys
  readonly documents: ClientDocuments
  readonly notes: RequestNotes
  /** Notes which standing grant is behind a Grant of the library. */
  grantOf(ctx: KoaContextWithOIDC, providerGrantId: string | undefined): Promise<void>
}
