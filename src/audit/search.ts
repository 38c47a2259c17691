import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'
import { EMPTY_DIGEST, type RecordHeader } from './record.ts'

/** A record as people look at it: its number, its header, and its receipt. */
export type StoredRecord = {
  readonly record: number
  readonly header: RecordHeader
  /** The header as it is stored and hashed: the sealed body opens with it. */
  readonly headerText: string
  /** Hex. */
  readonly hash: string
}

export type RecordFilter = {
  readonly kinds?: readonly RecordHeader['kind'][] | undefined
  /** Only of these agents; none of them where it is empty. */
  readonly agents?: readonly string[] | undefined
  readonly tool?: string | undefined
  readonly store?: string | undefined
  readonly outcomes?: readonly RecordHeader['outcome'][] | undefined
  /** Begins with this, e.g. `agent.`. */
  readonly action?: string | undefined
  /** Who did it: an account. */
  readonly account?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export type RecordPage = {
  /** The newest first. */
  readonly records: readonly StoredRecord[]
  /** What to ask for with `before` next; null at the beginning of the chain. */
  readonly next: number | null
}

type Page = {
  /** Only records of lower numbers. */
  readonly before?: number | undefined
  readonly limit: number
  /** Milliseconds after which a search that finds little gives what it has; 60 unless told. */
  readonly budgetMs?: number | undefined
}

/** Numbers that the first statement looks through; an index makes more of them cheap. The next looks through twice as many where that was quick. */
const WINDOW = 6_000
const WINDOW_INDEXED = 25_000
const WINDOW_MAX = 800_000
const QUICK_MS = 15
/** Numbers that the live stream looks back. */
const LIVE_WINDOW = 25_000

/**
 * The newest records that match, looked for backwards in windows, so that a filter that matches nothing among millions
 * still answers in time: then the page is short, or empty, and `next` says where to go on.
 */
export async function searchRecords(tx: WorkspaceTransaction, filter: RecordFilter, page: Page): Promise<RecordPage> {
  const { limit, budgetMs = 60 } = page
  const until = performance.now() + budgetMs
  const floor = await startOf(tx, filter)
  const windows = growing(isIndexed(filter) ? WINDOW_INDEXED : WINDOW)
  const records: StoredRecord[] = []
  let upper = Math.min(page.before ?? Number.MAX_SAFE_INTEGER, (await endOf(tx, filter)) + 1)
  // At least one window, whatever the time: who asks on from `next` must get further.
  for (let isOver = false; !isOver && records.length < limit && upper > floor; isOver = performance.now() >= until) {
    const lower = Math.max(floor, upper - windows.next())
    const found = await readWindow(tx, filter, { lower, upper, limit: limit - records.length })
    records.push(...found.map(storedRecord))
    upper = records.length < limit ? lower : (records.at(-1)?.record ?? floor)
  }
  return { records, next: upper > floor ? upper : null }
}

/** Sizes of windows: each twice the one before, for as long as that one was quick. */
function growing(first: number): { next(): number } {
  let [size, askedAt] = [0, 0]
  return {
    next() {
      const now = performance.now()
      if (size === 0) size = first
      else if (now - askedAt < QUICK_MS) size = Math.min(WINDOW_MAX, size * 2)
      askedAt = now
      return size
    },
  }
}

/** The record of this number, or undefined. */
export async function readRecord(tx: WorkspaceTransaction, record: number): Promise<StoredRecord | undefined> {
  const row = await tx
    .selectFrom('audit.records')
    .select(['seq', 'header', 'hash'])
    .where('seq', '=', String(record))
    .executeTakeFirst()
  return row && storedRecord(row)
}

/** The sealed body of a record, or why it is not there: it never had one, or it was erased. */
export type StoredBody = { readonly kind: 'sealed'; readonly sealed: Buffer } | { readonly kind: 'none' | 'erased' }

export async function readBody(tx: WorkspaceTransaction, record: number): Promise<StoredBody> {
  const row = await tx
    .selectFrom('audit.records as r')
    .leftJoin('audit.bodies as b', (on) =>
      on.onRef('b.workspace_id', '=', 'r.workspace_id').onRef('b.seq', '=', 'r.seq'),
    )
    .select(['r.body_digest as digest', 'b.sealed'])
    .where('r.seq', '=', String(record))
    .executeTakeFirst()
  if (row?.sealed) return { kind: 'sealed', sealed: row.sealed }
  return { kind: row && !row.digest.equals(EMPTY_DIGEST) ? 'erased' : 'none' }
}

/** The number of the newest record, 0 where there is none. */
export async function headOf(tx: WorkspaceTransaction): Promise<number> {
  const row = await tx.selectFrom('audit.heads').select('seq').executeTakeFirst()
  return Number(row?.seq ?? 0)
}

/** How many records after one match, and the newest of them in order; looks at most 25,000 numbers back. */
export async function recordsAfter(
  tx: WorkspaceTransaction,
  filter: RecordFilter,
  { after, limit }: { after: number; limit: number },
): Promise<{ records: StoredRecord[]; matching: number; head: number }> {
  const head = await headOf(tx)
  if (head <= after) return { records: [], matching: 0, head }
  const window = { lower: Math.max(after + 1, head - LIVE_WINDOW + 1), upper: head + 1, limit }
  const rows = await readWindow(tx, filter, window)
  if (rows.length < limit) return { records: rows.map(storedRecord).reverse(), matching: rows.length, head }
  const counted = await matching(tx, filter, window)
    .select(({ fn }) => fn.countAll<string>().as('calls'))
    .executeTakeFirstOrThrow()
  return { records: rows.map(storedRecord).reverse(), matching: Number(counted.calls), head }
}

type Window = { readonly lower: number; readonly upper: number }

function readWindow(tx: WorkspaceTransaction, filter: RecordFilter, window: Window & { limit: number }) {
  return matching(tx, filter, window)
    .select(['seq', 'header', 'hash'])
    .orderBy('seq', 'desc')
    .limit(window.limit)
    .execute()
}

function matching(tx: WorkspaceTransaction, filter: RecordFilter, { lower, upper }: Window) {
  const { kinds, agents, tool, store, outcomes, action, account } = filter
  return tx
    .selectFrom('audit.records')
    .where('seq', '>=', String(lower))
    .where('seq', '<', String(upper))
    .$if(kinds !== undefined, (query) => query.where('kind', 'in', [...(kinds ?? [])]))
    .$if(agents !== undefined, (query) =>
      query.where('agent', '<>', '').where('agent', 'in', [...(agents ?? []), 'none']),
    )
    .$if(tool !== undefined, (query) => query.where('tool', '=', tool ?? ''))
    .$if(store !== undefined, (query) => query.where('store', '=', store ?? ''))
    .$if(outcomes !== undefined, (query) => query.where('outcome', 'in', [...(outcomes ?? [])]))
    .$if(isNotOk(filter), (query) => query.where('outcome', '<>', 'ok'))
    .$if(action !== undefined, (query) => query.where(sql<boolean>`starts_with(action, ${action ?? ''})`))
    .$if(account !== undefined, (query) =>
      query.where(sql<boolean>`strpos(header, ${`"account":"${account ?? ''}"`}) > 0`),
    )
}

const isIndexed = (filter: RecordFilter) => filter.agents !== undefined || isNotOk(filter)

const isNotOk = ({ outcomes }: RecordFilter) => outcomes !== undefined && !outcomes.includes('ok')

/** The last number up to the filter's end. Times rise with numbers but for the moments between two replicas. */
async function endOf(tx: WorkspaceTransaction, { to }: RecordFilter): Promise<number> {
  if (to === undefined) return headOf(tx)
  const row = await tx
    .selectFrom('audit.records')
    .select('seq')
    .where('at', '<=', to)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.seq ?? 0)
}

async function startOf(tx: WorkspaceTransaction, { from }: RecordFilter): Promise<number> {
  if (from === undefined) return 1
  const row = await tx
    .selectFrom('audit.records')
    .select('seq')
    .where('at', '>=', from)
    .orderBy('at')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.seq ?? Number.MAX_SAFE_INTEGER)
}

function storedRecord({ seq, header, hash }: { seq: string; header: string; hash: Buffer }): StoredRecord {
  // Written by us alone and covered by the hash.
  return {
    record: Number(seq),
    header: JSON.parse(header) as RecordHeader,
    headerText: header,
    hash: hash.toString('hex'),
  }
}
