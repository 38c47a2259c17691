import { randomUUID } from 'node:crypto'
import { type Clock, canonicalJson } from '#kernel'
import type { DataKey } from '#vault'
import type { AuditEntry, AuditLog } from './log.ts'
import { INSTANCE_CHAIN, type RecordHeader } from './record.ts'

/** Why something was refused: fixed words and ids of ours, never text that a caller chose. Equal ones fold into one record. */
export type Refusal = Pick<RecordHeader, 'agent' | 'account' | 'grant' | 'client' | 'tool' | 'store' | 'code'> & {
  readonly reason: string
  readonly step: string
  /** Network address. It keeps refusals apart, and is written sealed, where the chain has a key. */
  readonly address?: string | undefined
}

/** Counts refusals, so that a flood of them makes one record a minute and not one each. */
export type Refusals = {
  /** Counts at once and writes behind the reply. `chain` is a workspace or INSTANCE_CHAIN. */
  count(chain: string, refusal: Refusal): void
  /** Writes what was counted and resolves then. What cannot be written is kept, with what comes until it can. */
  flush(): Promise<void>
  /** Stops the timer and flushes. */
  close(): Promise<void>
}

type Options = {
  log: AuditLog
  clock: Clock
  /** The data key of a chain, to seal addresses with; without it they are not written. */
  keyOf?: ((chain: string) => Promise<DataKey | undefined>) | undefined
  /** Milliseconds between two records of the same refusal, 60,000 unless told. */
  flushMs?: number | undefined
  /**
   * Different refusals held in memory, 10,000 unless told; beyond it the rest of a chain counts as `other`.
   * The instance's chain, which anybody can fill, gets half of it.
   */
  keysMax?: number | undefined
}

type Folded = { readonly chain: string; readonly refusal: Refusal; count: number; from: number; to: number }

/** How many records are on their way at once: calls that run must find room in the queue of the log. */
const BATCH = 100

/** Its timer does not keep the process alive; whoever ends the process calls `close`. */
export function createRefusals(options: Options): Refusals {
  const { clock, flushMs = 60_000, keysMax = 10_000 } = options
  const counted = new Map<string, Folded>()
  let writing: Promise<void> = Promise.resolve()

  const put = (folded: Folded) => {
    const room = folded.chain === INSTANCE_CHAIN ? keysMax / 2 : keysMax
    const key = keyOf(folded)
    if (counted.has(key) || counted.size < room) return fold(counted, key, folded)
    const other = { ...folded, refusal: { reason: 'other', step: 'other' } }
    fold(counted, keyOf(other), other)
  }
  const writeCounted = async () => {
    const taken = [...counted.values()]
    counted.clear()
    for (const folded of await writeAll(taken, options)) put(folded)
  }
  const flush = () => {
    writing = writing.then(writeCounted)
    return writing
  }
  const timer = setInterval(() => void flush(), flushMs).unref()
  return {
    count(chain, refusal) {
      const now = clock()
      put({ chain, refusal, count: 1, from: now, to: now })
    },
    flush,
    close() {
      clearInterval(timer)
      return flush()
    },
  }
}

function keyOf({ chain, refusal }: Folded): string {
  return canonicalJson([chain, refusal])
}

function fold(counted: Map<string, Folded>, key: string, more: Folded): void {
  const before = counted.get(key)
  if (!before) return void counted.set(key, more)
  before.count += more.count
  before.from = Math.min(before.from, more.from)
  before.to = Math.max(before.to, more.to)
}

/** Gives what could not be written, and never rejects: the log tells of failed writes itself. */
async function writeAll(all: Folded[], options: Options): Promise<Folded[]> {
  const failed: Folded[] = []
  for (let start = 0; start < all.length; start += BATCH) {
    const batch = all.slice(start, start + BATCH)
    const written = await Promise.all(batch.map((folded) => write(folded, options)))
    const unwritten = batch.filter((_, index) => !written[index])
    failed.push(...unwritten)
    // The database is away: what is left would only fail too.
    if (unwritten.length === batch.length) return [...failed, ...all.slice(start + BATCH)]
  }
  return failed
}

/** Whether it is written. A connection lost during the commit may have written it all the same: then it counts twice, never not at all. */
async function write(folded: Folded, { log, clock, keyOf: keyOfChain }: Options): Promise<boolean> {
  try {
    const { address } = folded.refusal
    const key = address === undefined ? undefined : await keyOfChain?.(folded.chain)
    await log.append(entryOf(folded, clock(), key))
    return true
  } catch {
    return false
  }
}

function entryOf({ chain, refusal, count, from, to }: Folded, at: number, key: DataKey | undefined): AuditEntry {
  const { address, ...open } = refusal
  const header: RecordHeader = {
    v: 1,
    kind: 'refusal',
    request: randomUUID(),
    at,
    outcome: 'refused',
    ...open,
    count,
    from,
    to,
  }
  return { workspaceId: chain, header, body: key && { key, value: { address } } }
}
