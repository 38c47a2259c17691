import type pg from 'pg'
import type { Seat } from '#policy'
import { oneTrip, type Row, statement } from './one-trip.ts'

/** What the door of agents tells of a token: who calls, with which grant, under which role, in which state. */
export type Entry = {
  readonly refusal: string | null
  readonly workspace_id: string
  readonly slug: string
  readonly grant_id: string
  readonly agent_id: string
  readonly agent_kind: 'machine' | 'oauth'
  readonly client_id: string
  /** The member who gave the grant, and the seat as it is now; null for a machine agent. */
  readonly account_id: string | null
  readonly seat: Seat | null
  /** Space-separated, as the token was issued. */
  readonly token_scopes: string
  readonly grant_scopes: string[]
  readonly role_id: string
  readonly role_version: number
  readonly role_definition: string
  /** The version that the grant's member or an admin accepted, and its definition where it is not the current one. */
  readonly accepted_version: number
  readonly accepted_definition: string | null
  /** Of the agent or, for a member's grant, the account: whichever is later. */
  readonly tainted_at: Date | null
  readonly exposed_at: Date | null
  readonly quarantined_at: Date | null
  /** When a call of the grant was last recorded, to the minute. */
  readonly last_seen_at: Date | null
  readonly audit_key: Buffer
}

/** A store that the entering grant may use. */
export type StoreRow = {
  readonly store_id: string
  readonly handle: string
  readonly platform: string
  readonly name: string
  readonly mode: 'live' | 'test'
  readonly currency: string
  readonly origin: string
  readonly credential: Buffer
  readonly credential_version: number
}

const enter = statement('select * from sec.enter_by_token($1, $2)')

const STORE_COLUMNS =
  's.store_id, s.handle, s.platform, s.name, s.mode, s.currency, s.origin, s.credential, s.credential_version'

/** The stores of the entering grant; the first parameter is a handle, or null for all of them. */
const storesOfGrant = statement(
  `select ${STORE_COLUMNS} from tillgate.stores s
   join tillgate.grant_stores gs on gs.workspace_id = s.workspace_id and gs.store_id = s.store_id
   where gs.grant_id = (select sec.grant_id()) and s.disconnected_at is null and ($1::text is null or s.handle = $1)
   order by s.handle`,
)

/** The SQL of the hot path, for the snapshot test. */
export const HOT_PATH_SQL = { enter: enter.text, storesOfGrant: storesOfGrant.text }

/**
 * Passes the door of agents and reads the stores, committed, in one round trip on the primary.
 * `handle` narrows to one store. Gives undefined for a token that is unknown; a refused one gives no stores.
 */
export async function enterByToken(
  app: pg.Pool,
  credentials: { tokenHash: Buffer; resource: string },
  handle: string | null,
): Promise<{ entry: Entry; stores: StoreRow[] } | undefined> {
  const [entries = [], stores = []] = await oneTrip(app, [
    { statement: enter, values: [credentials.tokenHash, credentials.resource] },
    { statement: storesOfGrant, values: [handle] },
  ])
  const entry = entries[0]
  // The columns are fixed by the statements above.
  return entry && { entry: entry as Entry & Row, stores: stores as (StoreRow & Row)[] }
}
