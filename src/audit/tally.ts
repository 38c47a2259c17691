import { sql } from 'kysely'
import type { Clock } from '#kernel'
import type { Jobs, WorkspaceTransaction } from '#store'

/** Counts records for people who look at many of them, behind the calls and not on their way. */
export type Tally = {
  /** Notes that a workspace has new records; cheap. */
  note(workspaceId: string): void
  /** Counts what is not counted yet, and resolves then; another replica may be at it, and then it resolves at once. */
  catchUp(workspaceId: string): Promise<void>
  /** Stops the timer and waits for what runs. */
  stop(): Promise<void>
}

type Options = {
  readonly jobs: Jobs
  readonly clock: Clock
  readonly onMistake: (error: unknown) => void
  /** Milliseconds between two rounds, 10,000 unless told. */
  readonly everyMs?: number | undefined
}

/** Records counted in one transaction. */
const STRIDE = 20_000

/** Minutes are looked at for a day, what an agent uses for 30. */
const PULSE_DAYS = 2
const TALLY_DAYS = 92
const DAY_MS = 86_400_000

/** Every workspace is counted once in the first round, and then each that was noted. The timer does not keep the process alive. */
export function createTally({ jobs, clock, onMistake, everyMs = 10_000 }: Options): Tally {
  const noted = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()
  let isStopped = false

  const count = async (workspaceId: string) => {
    let more = true
    while (more && !isStopped) more = await jobs.inWorkspace(workspaceId, (tx) => countStride(tx, workspaceId))
  }
  const begin = (workspaceId: string) => {
    const now = count(workspaceId).finally(() => running.delete(workspaceId))
    running.set(workspaceId, now)
    return now
  }
  const catchUp = (workspaceId: string) => {
    const before = running.get(workspaceId)
    if (!before) return begin(workspaceId)
    // What runs may have looked at the chain before the newest record came: all who ask meanwhile wait for one more.
    const more = () => {
      next.delete(workspaceId)
      return running.get(workspaceId) ?? begin(workspaceId)
    }
    const after = next.get(workspaceId) ?? before.then(more, more)
    next.set(workspaceId, after)
    return after
  }
  const round = async (workspaces: readonly string[]) => {
    for (const each of workspaces) await catchUp(each).catch(onMistake)
  }
  // Not before the first tick: a start that fails must not leave something running in a database that is being closed.
  let rounds: Promise<void> | undefined
  const timer = setInterval(() => {
    const due = [...noted]
    noted.clear()
    rounds = rounds === undefined ? startRound(jobs, clock).then(round).catch(onMistake) : rounds.then(() => round(due))
  }, everyMs).unref()
  return {
    note: (workspaceId) => void noted.add(workspaceId),
    catchUp,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await rounds
      await Promise.allSettled(running.values())
    },
  }
}

/** Forgets what nobody looks at any more, and names every workspace. */
async function startRound(jobs: Jobs, clock: Clock): Promise<string[]> {
  const workspaces = (await jobs.listWorkspaces()).map((row) => row.workspace_id)
  for (const workspaceId of workspaces) {
    await jobs.inWorkspace(workspaceId, async (tx) => {
      const ago = (days: number) => new Date(clock() - days * DAY_MS)
      await tx.deleteFrom('audit.pulse').where('minute', '<', ago(PULSE_DAYS)).execute()
      await tx.deleteFrom('audit.tallies').where('hour', '<', ago(TALLY_DAYS)).execute()
      await tx.deleteFrom('audit.refused').where('hour', '<', ago(TALLY_DAYS)).execute()
      await tx.deleteFrom('audit.hours').where('hour', '<', ago(TALLY_DAYS)).execute()
    })
  }
  return workspaces
}

/** Not by the logarithm of type numeric, which takes longer than all the rest. A hair less, so that a power of 2 stays in its bucket. */
const BUCKET = sql`least(31, greatest(0, ceil(2 * ln(greatest(time.ms, 0.5)) / ln(2::float8) + 2 - 1e-9)))::smallint`

/** Counts the next records; whether there are more. Numbers are given and committed in order, so none is passed over. */
async function countStride(tx: WorkspaceTransaction, workspaceId: string): Promise<boolean> {
  await sql`insert into audit.tallied (workspace_id, seq) values (${workspaceId}, 0) on conflict do nothing`.execute(tx)
  const mark = await tx
    .selectFrom('audit.tallied')
    .select('seq')
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  const head = await tx
    .selectFrom('audit.heads')
    .select('seq')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  if (!mark || !head || Number(head.seq) <= Number(mark.seq)) return false
  const from = Number(mark.seq)
  const to = Math.min(from + STRIDE, Number(head.seq))
  await sql`
    with fresh as materialized (
      select date_bin('1 hour', r.at, 'epoch') as hour, date_bin('1 minute', r.at, 'epoch') as minute,
        r.agent, r.tool, r.store, r.outcome,
        case when r.outcome = 'ok' then '' else coalesce(h ->> 'step', '') end as step,
        case when r.outcome = 'ok' then '' else coalesce(h ->> 'code', h ->> 'reason', '') end as code,
        coalesce((h ->> 'count')::bigint, 1) as calls, time.ms, ${BUCKET} as bucket
      from audit.records r, lateral (select r.header::jsonb as h offset 0) parsed,
        lateral (select coalesce((h ->> 'ms')::float8, 0) as ms) time
      where r.workspace_id = ${workspaceId} and r.seq > ${from} and r.seq <= ${to} and r.kind in ('call', 'refusal')
    ), by_agent as (
      insert into audit.tallies as t (workspace_id, hour, agent, tool, store, outcome, step, code, calls, ms)
      select ${workspaceId}, hour, agent, tool, store, outcome, step, code, sum(calls), sum(ms)
      from fresh group by hour, agent, tool, store, outcome, step, code
      on conflict (workspace_id, hour, agent, tool, store, outcome, step, code)
      do update set calls = t.calls + excluded.calls, ms = t.ms + excluded.ms
    ), not_ok as (
      insert into audit.refused as t (workspace_id, hour, agent, tool, outcome, step, code, calls)
      select ${workspaceId}, hour, agent, tool, outcome, step, code, sum(calls)
      from fresh where outcome <> 'ok' group by hour, agent, tool, outcome, step, code
      on conflict (workspace_id, hour, agent, tool, outcome, step, code) do update set calls = t.calls + excluded.calls
    ), by_hour as (
      insert into audit.hours as t (workspace_id, hour, store, outcome, code, bucket, calls, ms)
      select ${workspaceId}, hour, store, outcome, code, bucket, sum(calls), sum(ms)
      from fresh group by hour, store, outcome, code, bucket
      on conflict (workspace_id, hour, store, outcome, code, bucket)
      do update set calls = t.calls + excluded.calls, ms = t.ms + excluded.ms
    ), by_minute as (
      insert into audit.pulse as p (workspace_id, minute, outcome, bucket, calls)
      select ${workspaceId}, minute, outcome, bucket, sum(calls)
      from fresh group by minute, outcome, bucket
      on conflict (workspace_id, minute, outcome, bucket) do update set calls = p.calls + excluded.calls
    )
    update audit.tallied set seq = ${to} where workspace_id = ${workspaceId}`.execute(tx)
  return to < Number(head.seq)
}
