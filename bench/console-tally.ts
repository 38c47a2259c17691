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
  await superuser.query(TRUNCATE)
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
  await superuser.query(TRUNCATE)
  await setHead(superuser, workspaceId, records)
  await superuser.query("set work_mem = '256MB'")
  await superuser.query(freshSql(superuser.escapeLiteral(workspaceId), records))
  for (const sql of FILL) await superuser.query(sql, [workspaceId])
  await superuser.query('drop table bench_fresh')
  await superuser.query('insert into audit.tallied values ($1, $2)', [workspaceId, records])
}

async function refuseDifferent(superuser: pg.Client): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const ours = `select ${columns} from audit.${table}`
    const theirs = `select ${columns} from product_${table}`
    const { rowCount } = await superuser.query(
      `(${ours} except ${theirs}) union all (${theirs} except ${ours}) limit 1`,
    )
    if (rowCount !== 0) throw new Error(`SQL counts otherwise than createTally: see ${table}`)
  }
}

function setHead(superuser: pg.Client, workspaceId: string, records: number) {
  const sql = `insert into audit.heads (workspace_id, seq, hash) values ($1, $2, sha256('bench')) on conflict (workspace_id) do update set seq = $2`
  return superuser.query(sql, [workspaceId, records])
}

/** What is compared of each table. Sums of milliseconds may differ in their last digits. */
const COLUMNS = {
  tallies: 'hour, agent, tool, store, outcome, step, code, calls, round(ms::numeric, 3)',
  refused: 'hour, agent, tool, outcome, step, code, calls',
  hours: 'hour, store, outcome, code, bucket, calls, round(ms::numeric, 3)',
  pulse: 'minute, outcome, bucket, calls',
}

const TABLES = Object.keys(COLUMNS)
const TRUNCATE = `truncate audit.tallied, ${TABLES.map((table) => `audit.${table}`).join(', ')}`
const KEEP = TABLES.map((table) => `create temp table product_${table} as table audit.${table}`).join(';')

const freshSql = (workspace: string, records: number) => `
  create temp table bench_fresh as
  select date_bin('1 hour', at, 'epoch') as hour, date_bin('1 minute', at, 'epoch') as minute, agent, tool, store, outcome,
    case outcome when 'ok' then '' else coalesce(h ->> 'step', '') end as step,
    case outcome when 'ok' then '' else coalesce(h ->> 'code', h ->> 'reason', '') end as code,
    coalesce((h ->> 'count')::bigint, 1) as calls, ms,
    width_bucket(greatest(ms, 0.5) - 1e-9, array(select power(2::float8, (b - 2) / 2::float8) from generate_series(0, 30) b)) as bucket
  from (
    select *, coalesce((h ->> 'ms')::float8, 0) as ms
    from (select *, header::jsonb as h from audit.records where workspace_id = ${workspace} and seq <= ${records} offset 0) parsed offset 0
  ) r`

const FILL = [
  `insert into audit.tallies select $1, hour, agent, tool, store, outcome, step, code, sum(calls), sum(ms)
   from bench_fresh group by 2, 3, 4, 5, 6, 7, 8 order by 2, 3, 4, 5, 6`,
  `insert into audit.refused select $1, hour, agent, tool, outcome, step, code, sum(calls)
   from bench_fresh where outcome <> 'ok' group by 2, 3, 4, 5, 6, 7 order by 2, 3`,
  `insert into audit.hours select $1, hour, store, outcome, code, bucket, sum(calls), sum(ms)
   from bench_fresh group by 2, 3, 4, 5, 6 order by 2, 3`,
  `insert into audit.pulse select $1, minute, outcome, bucket, sum(calls)
   from bench_fresh group by 2, 3, 4 order by 2`,
]
