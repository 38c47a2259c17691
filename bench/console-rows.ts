import type pg from 'pg'
import { canonicalJson } from '#kernel'

/** Which rows stand in the workspace. */
export type Rows = {
  readonly records: number
  readonly agents: number
  /** The agent with the most calls, and one with five. */
  readonly busiest: string
  readonly rare: string
}

type Wanted = { readonly workspaceId: string; readonly records: number }

/** Called once in 20,000 calls, and never by the busiest agent. */
export const RARE_TOOL = 'get_inventory'
const DAYS = 30
const CHUNK = 200_000

/**
 * Writes records of the last 30 days past the product, which would take an hour, as it would have written them but for
 * hashes and bodies: few agents make most of the calls, 96 % are answered, and half take 80 ms at most.
 */
export async function fillRecords(superuser: pg.Client, wanted: Wanted, tell: (line: string) => void): Promise<Rows> {
  const { workspaceId, records } = wanted
  await superuser.query("select setseed(0.5), set_config('synchronous_commit', 'off', false)")
  await superuser.query(AGENTS)
  for (let from = 1; from <= records; from += CHUNK) {
    const to = Math.min(records, from + CHUNK - 1)
    await superuser.query(RECORDS, [workspaceId, from, to, records, DAYS * 86_400_000, Date.now()])
    tell(`${to} of ${records} records`)
  }
  await superuser.query(ENDED)
  await refuseUnlikeOurs(superuser)
  const { rows } = await superuser.query<{ agent_id: string }>('select agent_id from bench_agents order by n')
  return { records, agents: rows.length, busiest: rows[0]?.agent_id ?? '', rare: rows.at(-1)?.agent_id ?? '' }
}

/** The generated columns read the text, so it must be what `canonicalJson` makes. */
async function refuseUnlikeOurs(superuser: pg.Client): Promise<void> {
  const { rows } = await superuser.query<{ header: string }>('select header from audit.records order by seq limit 1000')
  const unlike = rows.find(({ header }) => canonicalJson(JSON.parse(header)) !== header)
  if (unlike) throw new Error(`no header of ours: ${unlike.header}`)
}

/** Agents by the number in their name; the first is the busiest. */
const AGENTS = `
  create temp table bench_agents as
  select (row_number() over (order by length(a.name), a.name))::int - 1 as n, a.agent_id, a.client_id, g.grant_id,
    g.role_id || ':' || g.accepted_version as role
  from tillgate.agents a join tillgate.grants g on g.agent_id = a.agent_id;
  create unique index on bench_agents (n);
  analyze bench_agents`

/** In each a few: revoked, expired, in quarantine, never seen. */
const ENDED = `
  update tillgate.grants g set
    revoked_at = case when b.n % 37 = 5 then now() - interval '1 day' end,
    expires_at = case when b.n % 53 = 7 then now() - interval '2 days' end,
    last_seen_at = case when b.n % 31 <> 3 then now() - random() * interval '30 days' end
  from bench_agents b where b.grant_id = g.grant_id;
  update tillgate.agents a set quarantined_at = now() from bench_agents b where b.agent_id = a.agent_id and b.n % 101 = 9`

/** One random number for each thing that is by chance. `by_n` picks few agents often: x^3 gives the first of 10,000 nearly 5 %. */
const CHANCE = `
  select seq, $6::bigint - $5::bigint + seq * $5 / $4::bigint as at_ms, random() as by_outcome,
    case when seq % greatest(8, $4 / 5) = 7 then agents - 1 else floor((agents - 1) * power(random(), 3))::int end as n,
    random() as by_tool, random() < 0.00005 as is_rare, random() as by_store, random() as by_code,
    trim_scale(round(exp(ln(80) + 0.8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2)) as ms
  from generate_series($2::bigint, $3::bigint) seq, (select count(*)::int as agents from bench_agents) counted`

const CALLS = `
  select c.*, case when by_outcome < 0.96 then 'ok' when by_outcome < 0.99 then 'refused' else 'failed' end as outcome,
    case when is_rare and n <> 0 then '${RARE_TOOL}' else
      (array['get_order', 'search_orders', 'get_customer', 'search_customers', 'get_product', 'search_products', 'get_store', 'list_stores'])
      [1 + floor(8 * by_tool * by_tool)::int] end as tool,
    -- Half of what is refused was refused before a call began, and folded.
    by_outcome between 0.975 and 0.99 as is_folded
  from (${CHANCE}) c`

const RECORDS = `
  insert into audit.records (workspace_id, seq, at, header, body_digest, hash)
  select $1, seq, to_timestamp(at_ms / 1000.0), case when is_folded then
      concat('{"agent":"', agent_id, '","at":', at_ms, ',"client":"', client_id, '","count":', 1 + floor(by_code * 5), ',"from":', at_ms - 30000,
        ',"grant":"', grant_id, '","kind":"refusal","outcome":"refused","reason":"rate_limited","request":"', gen_random_uuid(),
        '","step":"limit","to":', at_ms - 1, ',"tool":"', tool, '","v":1}')
    else
      concat('{"agent":"', agent_id, '","arguments":"', md5(seq::text), '","at":', at_ms, ',"catalogue":"41d4281649d36d8f","client":"', client_id,
        case outcome
          when 'refused' then '","code":"' || (array['not_found', 'not_allowed', 'invalid_arguments'])[1 + floor(by_code * 3)::int]
          when 'failed' then '","code":"' || (array['store_timeout', 'store_unavailable'])[1 + floor(by_code * 2)::int] end,
        '","grant":"', grant_id, '","kind":"call","ms":', ms, ',"outcome":"', outcome, '","request":"', gen_random_uuid(), '","role":"', role, '",',
        case outcome when 'ok' then '"rows":1,"shown":{"marked":1,"masked":9},"step":"record",' else '"step":"run",' end,
        '"steps":{"admit":0.11,"authenticate":0.72,"authorise":0.02,"limit":0.02,"run":', ms, ',"screen":0.34}',
        case when tool <> 'list_stores' then ',"store":"' || ids[1 + floor(by_store * cardinality(ids))::int] || '"' end,
        case outcome when 'ok' then ',"tainted":true' end, ',"tool":"', tool, '"',
        case outcome when 'ok' then ',"unknown_fields":0' end, ',"v":1', case outcome when 'ok' then ',"withheld":0' end, '}')
    end, sha256(''), sha256('bench')
  from (${CALLS}) made join bench_agents using (n), (select array_agg(store_id) as ids from tillgate.stores) stores`
