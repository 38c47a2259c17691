import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'

/** Calls of one stretch of time, by how they ended and how long they took. */
export type PulseCell = {
  readonly bin: number
  readonly outcome: string
  readonly bucket: number
  readonly calls: number
}

const HOUR_MS = 3_600_000

/**
 * Calls since `from` in stretches of `binMs` milliseconds; `bin` is the beginning of one in milliseconds since the epoch.
 * Stretches of whole hours reach as far back as anything; shorter ones two days.
 */
export async function readPulse(
  tx: WorkspaceTransaction,
  { from, binMs }: { from: Date; binMs: number },
): Promise<PulseCell[]> {
  const source =
    binMs % HOUR_MS === 0
      ? sql`(select hour as at, outcome, bucket, calls from audit.hours where hour >= ${from})`
      : sql`(select minute as at, outcome, bucket, calls from audit.pulse where minute >= ${from})`
  const counted = await sql<{ bin: Date; outcome: string; bucket: number; calls: string }>`
    select date_bin(make_interval(secs => ${binMs / 1000}), at, 'epoch') as bin, outcome, bucket, sum(calls) as calls
    from ${source} counted group by bin, outcome, bucket order by bin`.execute(tx)
  return counted.rows.map((row) => ({ ...row, bin: row.bin.getTime(), calls: Number(row.calls) }))
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

export async function refusedMost(
  tx: WorkspaceTransaction,
  { from, agents }: Since,
  limit: number,
): Promise<RefusalCount[]> {
  const rows = await tx
    .selectFrom('audit.refused')
    .where('hour', '>=', from)
    .$if(agents !== undefined, (query) => query.where('agent', 'in', [...(agents ?? []), 'none']))
    .select(['agent', 'tool', 'outcome', 'step', 'code', sql<string>`sum(calls)`.as('calls')])
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

export async function storeCounts(tx: WorkspaceTransaction, { from, agents }: Since): Promise<StoreCount[]> {
  const ofAgents = sql`(select * from audit.tallies where agent = any(${[...(agents ?? [])]}))`
  const counted = await sql<Omit<StoreCount, 'calls'> & { calls: string }>`
    select store, outcome, code, sum(calls) as calls, sum(ms) as ms, max(hour) as "lastHour"
    from ${agents === undefined ? sql`audit.hours` : ofAgents} counted
    where hour >= ${from} and store <> '' group by store, outcome, code`.execute(tx)
  return counted.rows.map((row) => ({ ...row, calls: Number(row.calls) }))
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
