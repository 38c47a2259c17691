import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'

/** Calls of one stretch of time, by how they ended and how long they took. */
export type PulseCell = {
  readonly bin: number
  readonly outcome: string
  readonly bucket: number
  readonly calls: number
}

/** Calls since `from` in stretches of `binMs` milliseconds; `bin` is the beginning of one in milliseconds since the epoch. */
export async function readPulse(
  tx: WorkspaceTransaction,
  { from, binMs }: { from: Date; binMs: number },
): Promise<PulseCell[]> {
  const bin = sql<string>`floor(extract(epoch from minute) * 1000 / ${binMs}) * ${binMs}`
  const rows = await tx
    .selectFrom('audit.pulse')
    .select([bin.as('bin'), 'outcome', 'bucket', sql<string>`sum(calls)`.as('calls')])
    .where('minute', '>=', from)
    .groupBy(['bin', 'outcome', 'bucket'])
    .orderBy('bin')
    .execute()
  return rows.map((row) => ({ ...row, bin: Number(row.bin), calls: Number(row.calls) }))
}

/** Above how many milliseconds no call of this bucket took. */
export function bucketMs(bucket: number): number {
  return 2 ** ((bucket - 2) / 2)
}

/** Why calls were refused or failed, the most frequent first. */
export type RefusalCount = {
  readonly agent: string
  readonly tool: string
  readonly outcome: string
  readonly step: string
  readonly code: string
  readonly calls: number
}

type Since = {
  readonly from: Date
  /** Only of these agents; of all unless given. */
  readonly agents?: readonly string[] | undefined
}

export async function refusedMost(tx: WorkspaceTransaction, since: Since, limit: number): Promise<RefusalCount[]> {
  const rows = await tallies(tx, since)
    .select(['agent', 'tool', 'outcome', 'step', 'code', sql<string>`sum(calls)`.as('calls')])
    .where('outcome', '<>', 'ok')
    .groupBy(['agent', 'tool', 'outcome', 'step', 'code'])
    .orderBy(sql`sum(calls)`, 'desc')
    .orderBy('agent')
    .orderBy('tool')
    .orderBy('code')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, calls: Number(row.calls) }))
}

/** Calls of an agent by hour and outcome. */
export type AgentHour = {
  readonly agent: string
  readonly hour: number
  readonly outcome: string
  readonly calls: number
}

export async function agentHours(tx: WorkspaceTransaction, since: Since): Promise<AgentHour[]> {
  const rows = await tallies(tx, since)
    .select(['agent', 'hour', 'outcome', sql<string>`sum(calls)`.as('calls')])
    .where('agent', '<>', '')
    .groupBy(['agent', 'hour', 'outcome'])
    .execute()
  return rows.map((row) => ({ ...row, hour: row.hour.getTime(), calls: Number(row.calls) }))
}

/** Calls of a store by outcome and code. */
export type StoreCount = {
  readonly store: string
  readonly outcome: string
  readonly code: string
  readonly calls: number
  readonly ms: number
  readonly lastHour: Date
}

export async function storeCounts(tx: WorkspaceTransaction, since: Since): Promise<StoreCount[]> {
  const rows = await tallies(tx, since)
    .select(['store', 'outcome', 'code', sql<string>`sum(calls)`.as('calls'), sql<number>`sum(ms)`.as('ms')])
    .select(sql<Date>`max(hour)`.as('lastHour'))
    .where('store', '<>', '')
    .groupBy(['store', 'outcome', 'code'])
    .execute()
  return rows.map((row) => ({ ...row, calls: Number(row.calls) }))
}

/** Calls of an agent by tool and outcome. */
export type ToolCount = {
  readonly agent: string
  readonly tool: string
  readonly outcome: string
  readonly calls: number
}

export async function toolCounts(tx: WorkspaceTransaction, since: Since): Promise<ToolCount[]> {
  const rows = await tallies(tx, since)
    .select(['agent', 'tool', 'outcome', sql<string>`sum(calls)`.as('calls')])
    .where('agent', '<>', '')
    .groupBy(['agent', 'tool', 'outcome'])
    .execute()
  return rows.map((row) => ({ ...row, calls: Number(row.calls) }))
}

function tallies(tx: WorkspaceTransaction, { from, agents }: Since) {
  return tx
    .selectFrom('audit.tallies')
    .where('hour', '>=', from)
    .$if(agents !== undefined, (query) => query.where('agent', 'in', [...(agents ?? []), 'none']))
}
