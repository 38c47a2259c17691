-- append
select ord, seq, encode(hash, 'hex')
from audit.append($1::uuid[], $2::timestamptz[], $3::text[], $4::bytea[], $5::bytea[], $6::uuid[], $7::uuid[], $8::uuid[]);

-- verifyAudit
select * from sec.list_workspaces();
begin;
select sec.enter_workspace($1);
select (select "seq" from "audit"."heads" where "workspace_id" = $1) as "head", (select "hash" from "audit"."heads" where "workspace_id" = $2) as "hash", (select max("seq") as "last" from "audit"."records" where "workspace_id" = $3) as "last";
select "r"."seq", "r"."at", "r"."header", "r"."body_digest" as "bodyDigest", "r"."hash", sha256(b.sealed) as "sealedDigest" from "audit"."records" as "r" left join "audit"."bodies" as "b" on "b"."workspace_id" = "r"."workspace_id" and "b"."seq" = "r"."seq" where "r"."workspace_id" = $1 and "r"."seq" > $2 order by "r"."seq" limit $3;
select "r"."seq", "r"."at", "r"."header", "r"."body_digest" as "bodyDigest", "r"."hash", sha256(b.sealed) as "sealedDigest" from "audit"."records" as "r" left join "audit"."bodies" as "b" on "b"."workspace_id" = "r"."workspace_id" and "b"."seq" = "r"."seq" where "r"."workspace_id" = $1 and "r"."seq" > $2 order by "r"."seq" limit $3;
commit;

-- catchUp
begin;
select sec.enter_workspace($1);
insert into audit.tallied (workspace_id, seq) values ($1, 0) on conflict do nothing;
select "seq" from "audit"."tallied" where "workspace_id" = $1 for update skip locked;
select "seq" from "audit"."heads" where "workspace_id" = $1;
with fresh as materialized (
      select date_bin('1 hour', r.at, 'epoch') as hour, date_bin('1 minute', r.at, 'epoch') as minute,
        r.agent, r.tool, r.store, r.outcome,
        case when r.outcome = 'ok' then '' else coalesce(h ->> 'step', '') end as step,
        case when r.outcome = 'ok' then '' else coalesce(h ->> 'code', h ->> 'reason', '') end as code,
        coalesce((h ->> 'count')::bigint, 1) as calls, time.ms, least(31, greatest(0, ceil(2 * ln(greatest(time.ms, 0.5)) / ln(2::float8) + 2 - 1e-9)))::smallint as bucket
      from audit.records r, lateral (select r.header::jsonb as h offset 0) parsed,
        lateral (select coalesce((h ->> 'ms')::float8, 0) as ms) time
      where r.workspace_id = $1 and r.seq > $2 and r.seq <= $3 and r.kind in ('call', 'refusal')
    ), by_agent as (
      insert into audit.tallies as t (workspace_id, hour, agent, tool, store, outcome, step, code, calls, ms)
      select $4, hour, agent, tool, store, outcome, step, code, sum(calls), sum(ms)
      from fresh group by hour, agent, tool, store, outcome, step, code
      on conflict (workspace_id, hour, agent, tool, store, outcome, step, code)
      do update set calls = t.calls + excluded.calls, ms = t.ms + excluded.ms
    ), not_ok as (
      insert into audit.refused as t (workspace_id, hour, agent, tool, outcome, step, code, calls)
      select $5, hour, agent, tool, outcome, step, code, sum(calls)
      from fresh where outcome <> 'ok' group by hour, agent, tool, outcome, step, code
      on conflict (workspace_id, hour, agent, tool, outcome, step, code) do update set calls = t.calls + excluded.calls
    ), by_hour as (
      insert into audit.hours as t (workspace_id, hour, store, outcome, code, bucket, calls, ms)
      select $6, hour, store, outcome, code, bucket, sum(calls), sum(ms)
      from fresh group by hour, store, outcome, code, bucket
      on conflict (workspace_id, hour, store, outcome, code, bucket)
      do update set calls = t.calls + excluded.calls, ms = t.ms + excluded.ms
    ), by_minute as (
      insert into audit.pulse as p (workspace_id, minute, outcome, bucket, calls)
      select $7, minute, outcome, bucket, sum(calls)
      from fresh group by minute, outcome, bucket
      on conflict (workspace_id, minute, outcome, bucket) do update set calls = p.calls + excluded.calls
    )
    update audit.tallied set seq = $8 where workspace_id = $9;
commit;

-- headOf
begin;
select sec.enter_workspace($1);
select "seq" from "audit"."heads";
commit;

-- searchRecords for all
begin;
select sec.enter_workspace($1);
select "seq" from "audit"."heads";
select "seq", "header", "hash" from "audit"."records" where "seq" >= $1 and "seq" < $2 order by "seq" desc limit $3;
commit;

-- searchRecords for little
begin;
select sec.enter_workspace($1);
select "seq" from "audit"."records" where "at" <= $1 order by "at" desc, "seq" desc limit $2;
select "seq", "header", "hash" from "audit"."records" where "seq" >= $1 and "seq" < $2 and "kind" in ($3) and "agent" <> $4 and "agent" in ($5, $6) and "tool" = $7 and "store" = $8 and "outcome" in ($9) and "outcome" <> $10 and starts_with(action, $11) and strpos(header, $12) > 0 order by "seq" desc limit $13;
commit;

-- searchRecords for a time
begin;
select sec.enter_workspace($1);
select "seq" from "audit"."records" where "at" >= $1 order by "at", "seq" limit $2;
select "seq" from "audit"."heads";
select "seq", "header", "hash" from "audit"."records" where "seq" >= $1 and "seq" < $2 order by "seq" desc limit $3;
commit;

-- recordsAfter
begin;
select sec.enter_workspace($1);
select "seq" from "audit"."heads";
select "seq", "header", "hash" from "audit"."records" where "seq" >= $1 and "seq" < $2 order by "seq" desc limit $3;
select count(*) as "calls" from "audit"."records" where "seq" >= $1 and "seq" < $2;
commit;

-- readRecord
begin;
select sec.enter_workspace($1);
select "seq", "header", "hash" from "audit"."records" where "seq" = $1;
commit;

-- readBody
begin;
select sec.enter_workspace($1);
select "r"."body_digest" as "digest", "b"."sealed" from "audit"."records" as "r" left join "audit"."bodies" as "b" on "b"."workspace_id" = "r"."workspace_id" and "b"."seq" = "r"."seq" where "r"."seq" = $1;
commit;

-- readPulse
begin;
select sec.enter_workspace($1);
select date_bin(make_interval(secs => $1), at, 'epoch') as bin, outcome, bucket, sum(calls) as calls
    from (select minute as at, outcome, bucket, calls from audit.pulse where minute >= $2) counted group by bin, outcome, bucket order by bin;
commit;

-- refusedMost
begin;
select sec.enter_workspace($1);
select "agent", "tool", "outcome", "step", "code", sum(calls) as "calls" from "audit"."refused" where "hour" >= $1 and "agent" in ($2, $3) group by "agent", "tool", "outcome", "step", "code" order by sum(calls) desc, "agent", "tool", "code" limit $4;
commit;

-- agentHours
begin;
select sec.enter_workspace($1);
select "agent", "hour", "outcome", sum(calls) as "calls" from "audit"."tallies" where "hour" >= $1 and "agent" <> $2 group by "agent", "hour", "outcome";
commit;

-- storeCounts
begin;
select sec.enter_workspace($1);
select store, outcome, code, sum(calls) as calls, sum(ms) as ms, max(hour) as "lastHour"
    from audit.hours counted
    where hour >= $1 and store <> '' group by store, outcome, code;
commit;

-- toolCounts
begin;
select sec.enter_workspace($1);
select "agent", "tool", "outcome", sum(calls) as "calls" from "audit"."tallies" where "hour" >= $1 and "agent" in ($2, $3) and "agent" <> $4 group by "agent", "tool", "outcome";
commit;
