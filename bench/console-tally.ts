import type pg from 'pg'
import { createTally } from '#audit'
import { systemClock } from '#kernel'
import type { Jobs } from '#store'

/** How the tallies were filled, and what the product takes to count. */
export type TallyTimes = {
  /** By the product, or by equivalent SQL in one go, which counts the first records as the product does. */
  readonly filled_by: 'createTally' | 'sql'
  readonly counted: number
  readonly records_per_s: number
}

type Place = { readonly superuser: pg.Client; readonly jobs: Jobs; readonly workspaceId: string }

const COMPARED = 100_000
const BY_PRODUCT_MAX = 2_000_000

/** Counts the records as `createTally` does; more than 2 million by SQL. Throws where SQL counts otherwise than the product. */
export async function fillTallies(place: Place, records: number): Promise<TallyTimes> {
  const { superuser } = place
  const few = Math.min(records, COMPARED)
  const first = await countByProduct(place, few)
  await superuser.query(KEEP)
  await countBySql(place, few)
  await refuseDifferent(superuser)
  if (records > BY_PRODUCT_MAX) {
    await countBySql(place, records)
    return { filled_by: 'sql', ...first }
  }
  return { filled_by: 'createTally', ...(await countByProduct(place, records)) }
}

async function countByProduct({ superuser, jobs, workspaceId }: Place, records: number) {
  await superuser.query('truncate audit.tallied, audit.tallies, audit.pulse')
  await setHead(superuser, workspaceId, records)
  const failed: unknown[] = []
  const from = performance.now()
  const tally = createTally({ jobs, clock: systemClock, onMistake: (error) => void failed.push(error) })
  await tally.catchUp(workspaceId)
  const seconds = (performance.now() - from) / 1000
  await tally.stop()
  if (failed.length > 0) throw failed[0]
  return { counted: records, records_per_s: Math.round(records / seconds) }
}

async function countBySql({ superuser, workspaceId }: Place, records: number): Promise<void> {
  await superuser.query('truncate audit.tallied, audit.tallies, audit.pulse')
  await setHead(superuser, workspaceId, records)
  for (const sql of [TALLIES, PULSE]) await superuser.query(sql, [workspaceId, records])
  await superuser.query('insert into audit.tallied values ($1, $2)', [workspaceId, records])
}

async function refuseDifferent(superuser: pg.Client): Promise<void> {
  const { rows } = await superuser.query<{ tallies: string; pulse: string }>(DIFFERENT)
  if (rows[0]?.tallies !== '0' || rows[0].pulse !== '0') {
    throw new Error(`SQL counts otherwise than createTally: ${JSON.stringify(rows[0])} rows are different`)
  }
}

function setHead(superuser: pg.Client, workspaceId: string, records: number) {
  const sql = `insert into audit.heads (workspace_id, seq, hash) values ($1, $2, sha256('bench')) on conflict (workspace_id) do update set seq = $2`
  return superuser.query(sql, [workspaceId, records])
}

const FRESH = `
  select date_bin('1 minute', at, 'epoch') as minute, agent, tool, store, outcome,
    case outcome when 'ok' then '' else coalesce(h ->> 'step', '') end as step,
    case outcome when 'ok' then '' else coalesce(h ->> 'code', h ->> 'reason', '') end as code,
    coalesce((h ->> 'count')::bigint, 1) as calls, coalesce((h ->> 'ms')::float8, 0) as ms
  from (select *, header::jsonb as h from audit.records where workspace_id = $1 and seq <= $2 offset 0) r`

const TALLIES = `
  insert into audit.tallies
  select $1, date_bin('1 hour', minute, 'epoch') as hour, agent, tool, store, outcome, step, code, sum(calls), sum(ms)
  from (${FRESH}) fresh group by hour, agent, tool, store, outcome, step, code`

const PULSE = `
  insert into audit.pulse
  select $1, minute, outcome, least(31, greatest(0, ceil(2 * log(2, greatest(ms, 0.5)::numeric)) + 2)) as bucket, sum(calls)
  from (${FRESH}) fresh group by minute, outcome, bucket`

const KEEP = `
  create temp table product_tallies as table audit.tallies;
  create temp table product_pulse as table audit.pulse`

/** Rows of one side that the other has not. Sums of milliseconds may differ in their last digits. */
const DIFFERENT = `
  with ours as (select hour, agent, tool, store, outcome, step, code, calls, round(ms::numeric, 3) from audit.tallies),
    theirs as (select hour, agent, tool, store, outcome, step, code, calls, round(ms::numeric, 3) from product_tallies)
  select (select count(*) from ((table ours except table theirs) union all (table theirs except table ours)) t) as tallies,
    (select count(*) from ((table audit.pulse except table product_pulse) union all (table product_pulse except table audit.pulse)) p) as pulse`
