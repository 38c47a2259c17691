import type pg from 'pg'
import type { Clock } from '#kernel'

/** Rows a statement, and statements a table and run: a backlog is worked off over several runs. */
const BATCH = 1_000
const BATCHES_MAX = 20
/** An expired token stays for a while, so that a call with it is refused as expired and recorded where it belongs. */
const TOKEN_KEPT_MS = 3_600_000

type Sweepable = { table: string; over: string; keptMs?: number }

const HAS_ENDED = 'expires_at <= $1'

const TABLES: readonly Sweepable[] = [
  { table: 'auth.access_tokens', over: HAS_ENDED, keptMs: TOKEN_KEPT_MS },
  { table: 'auth.oidc_models', over: HAS_ENDED },
  { table: 'auth.client_secrets', over: HAS_ENDED },
  { table: 'auth.refresh_replays', over: HAS_ENDED },
  { table: 'auth.provider_grants', over: HAS_ENDED },
  {
    // Anybody may register a client: those that nobody uses must not pile up.
    table: 'auth.clients',
    over: `origin = 'registered' and coalesce(used_at, created_at) <= $1::timestamptz - interval '24 hours'
             and (used_at is null or used_at <= $1::timestamptz - interval '90 days')
             and not exists (select from auth.provider_grants p where p.client_id = auth.clients.client_id)`,
  },
  { table: 'auth.sessions', over: HAS_ENDED },
  { table: 'auth.verifications', over: HAS_ENDED },
  { table: 'auth.challenges', over: HAS_ENDED },
  { table: 'auth.attempts', over: HAS_ENDED },
  { table: 'auth.links', over: HAS_ENDED },
]

/** Deletes what has expired by `now` (ms), in batches, past rows that somebody holds. Gives the number of rows. */
export async function sweep(authPool: pg.Pool, now: number): Promise<number> {
  let deleted = 0
  for (const { table, over, keptMs = 0 } of TABLES) {
    for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
      const { rowCount } = await authPool.query(
        `delete from ${table} where ctid = any(array(
           select ctid from ${table} where ${over} limit ${BATCH} for update skip locked))`,
        [new Date(now - keptMs)],
      )
      deleted += rowCount ?? 0
      if ((rowCount ?? 0) < BATCH) break
    }
  }
  return deleted
}

export type Sweep = {
  /** No run starts any more; resolves when the one under way has ended. */
  stop(): Promise<void>
}

/** Sweeps every `everyMs`, one run at a time, without keeping the process alive. `log` hears of a run that failed. */
export function startSweep({
  authPool,
  clock,
  everyMs,
  log,
}: {
  authPool: pg.Pool
  clock: Clock
  everyMs: number
  log: (error: unknown) => void
}): Sweep {
  let running: Promise<void> | undefined
  const run = async () => {
    try {
      await sweep(authPool, clock())
    } catch (error) {
      log(error)
    }
    running = undefined
  }
  const timer = setInterval(() => {
    running ??= run()
  }, everyMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
