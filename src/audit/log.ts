import pg from 'pg'
import { AppError, sha256 } from '#kernel'
import type { DataKey } from '#vault'
import { groupCommit } from './group-commit.ts'
import { EMPTY_DIGEST, headerText, type RecordBody, type RecordHeader, sealBody } from './record.ts'

/** What a caller keeps of a record: its number in the chain of the workspace, and its hash in hex. */
export type Receipt = { readonly record: number; readonly hash: string }

/** The end of one chain as a receipt, for whoever signs heads. */
export type Head = Receipt & { readonly workspaceId: string }

export type AuditEntry = {
  /** A workspace, or INSTANCE_CHAIN. */
  readonly workspaceId: string
  readonly header: RecordHeader
  /** Sealed at once, bound to the header; the key is not kept. */
  readonly body?: { readonly key: DataKey; readonly value: RecordBody } | undefined
  /** Marks this agent of the workspace as tainted in the same commit. */
  readonly taintAgent?: string | undefined
  /** Marks this account as tainted, in every workspace, in the same commit. */
  readonly taintAccount?: string | undefined
  /** Notes that this grant of the workspace was seen now, in the same commit. */
  readonly seenGrant?: string | undefined
}

export type AuditLog = {
  /**
   * Appends the record and resolves after the commit that carries it. Rejects with AppError `unavailable` when the
   * database is gone (the record may then exist or not) or too much waits, and `internal` when it refuses the row.
   */
  append(entry: AuditEntry): Promise<Receipt>
  /** Takes no more records and resolves when the waiting ones are settled. */
  close(): Promise<void>
}

type Options = {
  /** Of `tillgate_audit`. One connection is enough: one batch is written at a time. */
  pool: pg.Pool
  /** Hears of the newest record of each chain after each commit; must not throw. */
  onHeads?: ((heads: readonly Head[]) => void) | undefined
  /** Hears of failed writes, once a batch; must not throw. */
  onMistake?: ((error: unknown) => void) | undefined
  /** Rows that may wait, 10,000 unless told. */
  queueMax?: number | undefined
}

const BATCH_MAX = 250

/** The append side of the audit log: one statement a batch, committed before anybody is answered. */
export function createAuditLog({ pool, onHeads, onMistake, queueMax = 10_000 }: Options): AuditLog {
  const commit = groupCommit<Row, Receipt>({
    insert: async (rows) => {
      const receipts = await insert(pool, rows).catch((error: unknown) => {
        onMistake?.(error)
        throw error
      })
      onHeads?.(newestHeads(rows, receipts))
      return receipts
    },
    isBadRow,
    batchMax: BATCH_MAX,
    queueMax,
  })
  return {
    async append(entry) {
      const row = rowOf(entry)
      try {
        return await commit.add(row)
      } catch (error) {
        throw failureOf(error)
      }
    },
    close: commit.close,
  }
}

type Row = {
  workspaceId: string
  at: string
  header: string
  digest: Buffer
  sealed: Buffer | null
  tainted: string | null
  taintedAccount: string | null
  seen: string | null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** One bad row makes its whole batch fail once, so what cannot be written is refused here. */
function rowOf({ workspaceId, header, body, taintAgent, taintAccount, seenGrant }: AuditEntry): Row {
  const text = headerText(header)
  const ids = [workspaceId, taintAgent, taintAccount, seenGrant]
  if (ids.some((id) => id !== undefined && !UUID.test(id))) throw new TypeError('a record names something by no UUID')
  if (text.includes('\0')) throw new TypeError('the header of a record has a NUL character')
  const sealed = body ? sealBody(body.key, text, body.value) : null
  return {
    workspaceId,
    at: new Date(header.at).toISOString(),
    header: text,
    digest: sealed ? sha256(sealed) : EMPTY_DIGEST,
    sealed,
    tainted: taintAgent ?? null,
    taintedAccount: taintAccount ?? null,
    seen: seenGrant ?? null,
  }
}

/** The only statement that writes records. */
const APPEND = {
  name: 'audit_append',
  text: `select ord, seq, encode(hash, 'hex')
from audit.append($1::uuid[], $2::timestamptz[], $3::text[], $4::bytea[], $5::bytea[], $6::uuid[], $7::uuid[], $8::uuid[])`,
  rowMode: 'array',
} as const

async function insert(pool: pg.Pool, rows: Row[]): Promise<Receipt[]> {
  const values = [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.at),
    rows.map((row) => row.header),
    rows.map((row) => row.digest),
    rows.map((row) => row.sealed),
    rows.map((row) => row.tainted),
    rows.map((row) => row.taintedAccount),
    rows.map((row) => row.seen),
  ]
  const appended = await pool.query<[number, string, string]>({ ...APPEND, values })
  const receipts: Receipt[] = []
  for (const [ord, seq, hash] of appended.rows) receipts[ord - 1] = { record: Number(seq), hash }
  return receipts
}

/** Per chain the record with the highest number; within a batch that is the last one given. */
function newestHeads(rows: Row[], receipts: Receipt[]): Head[] {
  const newest = new Map<string, Head>()
  for (const [index, { workspaceId }] of rows.entries()) {
    const receipt = receipts[index]
    if (receipt) newest.set(workspaceId, { workspaceId, ...receipt })
  }
  return [...newest.values()]
}

/** Classes 22 (data) and 23 (constraint): the statement was rolled back because of what a row says. */
function isBadRow(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '')
}

function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isBadRow(error)) {
    const sentence = 'Something went wrong inside Tillgate; nothing was recorded, so nothing is shown.'
    return new AppError('internal', sentence, { cause: error })
  }
  const sentence = 'The record of this call could not be written, so nothing is shown; try again in a few seconds.'
  return new AppError('unavailable', sentence, { cause: error, retryAfterS: 5 })
}
