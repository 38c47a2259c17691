-- What people ask records for. The header is canonical JSON, in which a quote inside a value is escaped: what stands
-- between these marks is the value of that member and nothing else. Empty where the header has no such member.
alter table audit.records
  add column kind text generated always as (split_part(split_part(header, '"kind":"', 2), '"', 1)) stored,
  add column agent text generated always as (split_part(split_part(header, '"agent":"', 2), '"', 1)) stored,
  add column tool text generated always as (split_part(split_part(header, '"tool":"', 2), '"', 1)) stored,
  add column store text generated always as (split_part(split_part(header, '"store":"', 2), '"', 1)) stored,
  add column outcome text generated always as (split_part(split_part(header, '"outcome":"', 2), '"', 1)) stored,
  add column action text generated always as (split_part(split_part(header, '"action":"', 2), '"', 1)) stored;
create index records_of_agent on audit.records (workspace_id, agent, seq) where agent <> '';
create index records_not_ok on audit.records (workspace_id, seq) where outcome <> 'ok';

-- Up to which record the tables below have counted. They hold nothing that the records do not: they may be emptied
-- and are filled again.
create table audit.tallied (
  workspace_id uuid primary key,
  seq bigint not null
);

-- Calls by hour and by everything that people group them by. `step` and `code` say where and why one was not answered.
create table audit.tallies (
  workspace_id uuid not null,
  hour timestamptz not null,
  agent text not null,
  tool text not null,
  store text not null,
  outcome text not null,
  step text not null,
  code text not null,
  calls bigint not null,
  -- Sum of the milliseconds that they took.
  ms double precision not null,
  primary key (workspace_id, hour, agent, tool, store, outcome, step, code)
);
create index tallies_of_agent on audit.tallies (workspace_id, agent, hour);

-- What of the above was not answered, close together: few rows, which an index would find scattered among all.
create table audit.refused (
  workspace_id uuid not null,
  hour timestamptz not null,
  agent text not null,
  tool text not null,
  outcome text not null,
  step text not null,
  code text not null,
  calls bigint not null,
  primary key (workspace_id, hour, agent, tool, outcome, step, code)
);

-- All of it without agents and tools: the sum of a day stays small however many agents there are. Buckets as below.
create table audit.hours (
  workspace_id uuid not null,
  hour timestamptz not null,
  store text not null,
  outcome text not null,
  code text not null,
  bucket smallint not null,
  calls bigint not null,
  ms double precision not null,
  primary key (workspace_id, hour, store, outcome, code, bucket)
);

-- Calls by minute and by how long they took: bucket b holds those of at most 2^((b - 2) / 2) milliseconds.
create table audit.pulse (
  workspace_id uuid not null,
  minute timestamptz not null,
  outcome text not null,
  bucket smallint not null,
  calls bigint not null,
  primary key (workspace_id, minute, outcome, bucket)
);

do $$
declare
  name text;
begin
  foreach name in array array['audit.tallied', 'audit.tallies', 'audit.refused', 'audit.hours', 'audit.pulse'] loop
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    execute format(
      'create policy workspace on %s to tillgate_jobs using (workspace_id = (select sec.workspace())) with check (workspace_id = (select sec.workspace()))',
      name);
    execute format(
      'create policy reads on %s for select to tillgate_app using (workspace_id = (select sec.workspace()))', name);
  end loop;
end $$;

grant select on audit.tallied, audit.tallies, audit.refused, audit.hours, audit.pulse to tillgate_app;
grant select, insert, update on audit.tallied to tillgate_jobs;
grant select, insert, update, delete on audit.tallies, audit.refused, audit.hours, audit.pulse to tillgate_jobs;
-- A member with the right seat takes the mark from a machine agent, a person from the own account.
grant update (tainted_at, exposed_at) on tillgate.agents to tillgate_app;
grant update (tainted_at, exposed_at) on auth.account_marks to tillgate_enter;

-- An agent key is a token that somebody copies into a client once; it stands beside the tokens of the authorization server.
alter table auth.access_tokens drop constraint access_tokens_model_check;
alter table auth.access_tokens add constraint access_tokens_model_check
  check (model in ('AccessToken', 'ClientCredentials', 'AgentKey'));
