-- What needs an administrator's rights: roles, schemas and the doors. Run as a superuser, in the database of Tillgate;
-- may be run again, and must be after an upgrade that says so. `tillgate migrate --roles` prints it.

-- All or nothing: no door may stand open between its making and the grants below.
begin;
-- The doors name tables that the migrations make later.
set local check_function_bodies = off;

do $$
declare
  name text;
begin
  foreach name in array array['tillgate_owner', 'tillgate_app', 'tillgate_auth', 'tillgate_audit', 'tillgate_jobs'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noinherit', name);
    end if;
  end loop;
  foreach name in array array['tillgate_enter', 'tillgate_chain'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole noinherit', name);
    end if;
  end loop;
  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to tillgate_owner, tillgate_app, tillgate_auth, tillgate_audit, tillgate_jobs',
    current_database());
end $$;

revoke all on schema public from public;
-- Without this an injected expression could switch the workspace.
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
grant execute on function pg_catalog.set_config(text, text, boolean) to tillgate_enter;
-- Large objects know no row security: one workspace could leave there what another finds.
revoke execute on function pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea)
  from public;
-- No login needs code blocks (DO); only migrations write functions.
revoke usage on language plpgsql from public;
grant usage on language plpgsql to tillgate_owner;
-- A function that a migration adds is for nobody until it is granted.
alter default privileges for role tillgate_owner revoke execute on functions from public;

create schema if not exists sec;
create schema if not exists tillgate authorization tillgate_owner;
create schema if not exists auth authorization tillgate_owner;
create schema if not exists audit authorization tillgate_owner;
grant usage on schema sec to tillgate_owner, tillgate_app, tillgate_auth, tillgate_jobs, tillgate_enter;
grant usage on schema tillgate to tillgate_app, tillgate_jobs, tillgate_enter, tillgate_chain;
grant usage on schema auth to tillgate_auth, tillgate_enter, tillgate_chain;
grant usage on schema audit to tillgate_app, tillgate_audit, tillgate_jobs, tillgate_chain;

-- The workspace of this transaction; null before a door was passed, and then every policy is false.
create or replace function sec.workspace() returns uuid
language sql stable parallel safe
return nullif(current_setting('app.workspace_id', true), '')::uuid;

-- The grant that opened this transaction; null where a session or a job did.
create or replace function sec.grant_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('app.grant_id', true), '')::uuid;

-- The person whose session opened this transaction; null where a token or a job did. What tillgate_app may write hangs on it.
create or replace function sec.account_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('app.account_id', true), '')::uuid;

-- Opens the transaction for one workspace, once. Only the doors below may call it.
drop function if exists sec.open_workspace(uuid, uuid);
create or replace function sec.open_workspace(workspace uuid, by_grant uuid, by_account uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(current_setting('app.workspace_id', true), '') <> '' then
    raise exception 'workspace already set' using errcode = 'TW001';
  end if;
  perform set_config('app.workspace_id', workspace::text, true);
  perform set_config('app.grant_id', coalesce(by_grant::text, ''), true);
  perform set_config('app.account_id', coalesce(by_account::text, ''), true);
end $$;

-- The door of agents: a live token of this resource opens its grant's workspace. A refused token opens nothing and
-- names the workspace only where it once belonged to one, so that the refusal can be recorded there.
drop function if exists sec.enter_by_token(bytea, text);
create function sec.enter_by_token(token_hash bytea, resource text)
returns table (
  refusal text, workspace_id uuid, slug text, grant_id uuid, agent_id uuid, agent_kind text, client_id text,
  account_id uuid, seat text, token_scopes text, grant_scopes text[],
  role_id uuid, role_version int, role_definition text, accepted_version int, accepted_definition text,
  tainted_at timestamptz, exposed_at timestamptz, quarantined_at timestamptz, last_seen_at timestamptz, audit_key bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  select
    case
      when t.expires_at <= now() then 'token_expired'
      when t.resource is distinct from enter_by_token.resource then 'wrong_resource'
      when t.resource like 'w/%' and t.resource <> 'w/' || w.slug then 'wrong_resource'
      when g.revoked_at is not null or g.expires_at <= now() then 'grant_ended'
      when a.revoked_at is not null then 'agent_revoked'
      when g.account_id is not null and m.account_id is null then 'member_removed'
      when w.frozen_at is not null then 'workspace_frozen'
    end,
    g.workspace_id, w.slug, g.grant_id, g.agent_id, a.kind, a.client_id,
    g.account_id, m.seat, t.scope, g.scopes,
    r.role_id, r.version, r.definition, g.accepted_version, v.definition,
    greatest(a.tainted_at, k.tainted_at), greatest(a.exposed_at, k.exposed_at), a.quarantined_at, g.last_seen_at, w.audit_key
  into refusal, workspace_id, slug, grant_id, agent_id, agent_kind, client_id,
    account_id, seat, token_scopes, grant_scopes,
    role_id, role_version, role_definition, accepted_version, accepted_definition,
    tainted_at, exposed_at, quarantined_at, last_seen_at, audit_key
  from auth.access_tokens t
  join tillgate.grants g on g.grant_id = t.grant_id
  join tillgate.workspaces w on w.workspace_id = g.workspace_id
  join tillgate.agents a on a.workspace_id = g.workspace_id and a.agent_id = g.agent_id
  join tillgate.roles r on r.workspace_id = g.workspace_id and r.role_id = g.role_id
  left join tillgate.role_versions v
    on v.workspace_id = g.workspace_id and v.role_id = g.role_id and v.version = g.accepted_version and v.version <> r.version
  left join tillgate.members m
    on m.workspace_id = g.workspace_id and m.account_id = g.account_id and m.removed_at is null
  left join auth.account_marks k on k.account_id = g.account_id
  where t.hash = token_hash;
  if not found then
    return;
  end if;
  if refusal is null then
    perform sec.open_workspace(workspace_id, grant_id, null);
  end if;
  return next;
end $$;

-- The door of people: a live session with a second factor opens a workspace of which its account is a member. Gives no row
-- where it is none, so that nobody learns which workspaces there are.
create or replace function sec.enter_by_session(session_hash text, workspace_slug text)
returns table (
  workspace_id uuid, slug text, name text, frozen_at timestamptz, audit_key bytea,
  account_id uuid, email text, account_name text, seat text, mfa_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  select w.workspace_id, w.slug, w.name, w.frozen_at, w.audit_key, p.id, p.email, p.name, m.seat, s.mfa_at
  into workspace_id, slug, name, frozen_at, audit_key, account_id, email, account_name, seat, mfa_at
  from auth.sessions s
  join auth.accounts p on p.id = s.user_id
  join tillgate.members m on m.account_id = s.user_id and m.removed_at is null
  join tillgate.workspaces w on w.workspace_id = m.workspace_id
  where s.token = session_hash and s.expires_at > now() and s.mfa_at is not null and w.slug = workspace_slug;
  if not found then
    return;
  end if;
  perform sec.open_workspace(workspace_id, null, account_id);
  return next;
end $$;

-- The workspaces that a session may enter.
create or replace function sec.workspaces_of_session(session_hash text)
returns table (slug text, name text, seat text, frozen_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select w.slug, w.name, m.seat, w.frozen_at
  from auth.sessions s
  join tillgate.members m on m.account_id = s.user_id and m.removed_at is null
  join tillgate.workspaces w on w.workspace_id = m.workspace_id
  where s.token = session_hash and s.expires_at > now() and s.mfa_at is not null
  order by w.slug
$$;

-- What an invitation says, to whoever holds its token: it opens nothing.
create or replace function sec.invitation(token_hash bytea)
returns table (slug text, name text, email text, seat text, expires_at timestamptz, state text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select w.slug, w.name, i.email, i.seat, i.expires_at,
    case
      when i.accepted_at is not null then 'accepted'
      when i.withdrawn_at is not null then 'withdrawn'
      when i.expires_at <= now() then 'expired'
      else 'open'
    end
  from tillgate.invitations i join tillgate.workspaces w on w.workspace_id = i.workspace_id
  where i.token_hash = invitation.token_hash
$$;

-- The door of who was invited: an open invitation and a session of the very address that it was sent to, with a second factor.
create or replace function sec.enter_by_invitation(token_hash bytea, session_hash text)
returns table (
  workspace_id uuid, slug text, invitation_id uuid, seat text, account_id uuid, email text, account_name text, audit_key bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  select w.workspace_id, w.slug, i.invitation_id, i.seat, p.id, p.email, p.name, w.audit_key
  into workspace_id, slug, invitation_id, seat, account_id, email, account_name, audit_key
  from tillgate.invitations i
  join tillgate.workspaces w on w.workspace_id = i.workspace_id
  join auth.sessions s on s.token = session_hash and s.expires_at > now() and s.mfa_at is not null
  join auth.accounts p on p.id = s.user_id and p.email = i.email
  where i.token_hash = enter_by_invitation.token_hash
    and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > now();
  if not found then
    return;
  end if;
  perform sec.open_workspace(workspace_id, null, account_id);
  return next;
end $$;

-- What the members of the open workspace were shown by their agents, here or elsewhere.
create or replace function sec.member_marks() returns table (account_id uuid, tainted_at timestamptz, exposed_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.account_id, k.tainted_at, k.exposed_at
  from auth.account_marks k join tillgate.members m on m.account_id = k.account_id and m.removed_at is null
  where m.workspace_id = sec.workspace()
$$;

-- A person takes the marks from the own account, in every workspace, with a second factor shown within the last 10 minutes.
create or replace function sec.clear_own_marks(session_hash text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with cleared as (
    update auth.account_marks k set tainted_at = null, exposed_at = null
    from auth.sessions s
    where s.token = session_hash and s.expires_at > now() and s.mfa_at > now() - interval '10 minutes' and k.account_id = s.user_id
    returning 1)
  select exists (select from cleared)
$$;

-- The door of background work and of commands on the host: one workspace at a time.
create or replace function sec.enter_workspace(workspace uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform sec.open_workspace(workspace, null, null);
end $$;

-- All workspaces, for background work that then enters them one by one.
create or replace function sec.list_workspaces() returns table (workspace_id uuid, slug text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select workspace_id, slug from tillgate.workspaces order by slug
$$;

-- What the authorization server must know of a machine agent: its live grant and the ceiling of its scopes.
create or replace function sec.machine_agent(client text) returns table (grant_id uuid, slug text, scopes text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select g.grant_id, w.slug, g.scopes
  from tillgate.agents a
  join tillgate.grants g on g.workspace_id = a.workspace_id and g.agent_id = a.agent_id
  join tillgate.workspaces w on w.workspace_id = a.workspace_id
  where a.client_id = client and a.kind = 'machine' and a.revoked_at is null
    and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
$$;

-- What the authorization server must know of a member's grant while it is live: who gave it, to which client, and where.
create or replace function sec.member_grant(grant_id uuid)
returns table (account_id uuid, client_id text, slug text, scopes text[], expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select g.account_id, a.client_id, w.slug, g.scopes, g.expires_at
  from tillgate.grants g
  join tillgate.agents a on a.workspace_id = g.workspace_id and a.agent_id = g.agent_id
  join tillgate.workspaces w on w.workspace_id = g.workspace_id
  join tillgate.members m on m.workspace_id = g.workspace_id and m.account_id = g.account_id and m.removed_at is null
  where g.grant_id = member_grant.grant_id and a.kind = 'oauth' and a.revoked_at is null
    and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
$$;

-- Appends records: locks the heads in workspace order, numbers, chains, inserts, marks agents and accounts that were shown
-- strangers' text, and notes which grants were seen, all in one transaction. hash = H('tg1' || prev || seq || H(body) || header), SHA-256; the first
-- record follows H('tg1' || workspace), so that no chain can stand for another.
drop function if exists audit.append(uuid[], timestamptz[], text[], bytea[], bytea[], uuid[]);
create or replace function audit.append(
  workspaces uuid[], times timestamptz[], headers text[], body_digests bytea[], bodies bytea[],
  tainted uuid[], tainted_accounts uuid[], seen uuid[])
returns table (ord int, seq bigint, hash bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  item record;
  current_workspace uuid;
  head_seq bigint;
  head_hash bytea;
  ords int[] := '{}';
  seqs bigint[] := '{}';
  hashes bytea[] := '{}';
begin
  insert into audit.heads (workspace_id, seq, hash)
  select distinct w, 0, sha256('tg1'::bytea || uuid_send(w)) from unnest(workspaces) w
  where not exists (select from audit.heads h where h.workspace_id = w)
  order by 1
  on conflict do nothing;
  perform from audit.heads h where h.workspace_id = any(workspaces) order by h.workspace_id for update;

  for item in
    select u.workspace, u.header, u.body_digest, u.ord::int as ord
    from unnest(workspaces, headers, body_digests) with ordinality u(workspace, header, body_digest, ord)
    order by u.workspace, u.ord
  loop
    if current_workspace is distinct from item.workspace then
      if current_workspace is not null then
        update audit.heads h set seq = head_seq, hash = head_hash where h.workspace_id = current_workspace;
      end if;
      current_workspace := item.workspace;
      select h.seq, h.hash into head_seq, head_hash from audit.heads h where h.workspace_id = current_workspace;
    end if;
    head_seq := head_seq + 1;
    head_hash := sha256('tg1'::bytea || head_hash || int8send(head_seq) || item.body_digest || convert_to(item.header, 'UTF8'));
    ords := ords || item.ord;
    seqs := seqs || head_seq;
    hashes := hashes || head_hash;
  end loop;
  update audit.heads h set seq = head_seq, hash = head_hash where h.workspace_id = current_workspace;

  insert into audit.records (workspace_id, seq, at, header, body_digest, hash)
  select workspaces[c.ord], c.seq, times[c.ord], headers[c.ord], body_digests[c.ord], c.hash
  from unnest(ords, seqs, hashes) c(ord, seq, hash);
  insert into audit.bodies (workspace_id, seq, sealed)
  select workspaces[c.ord], c.seq, bodies[c.ord]
  from unnest(ords, seqs) c(ord, seq) where bodies[c.ord] is not null;
  update tillgate.agents a set tainted_at = now()
  where (a.workspace_id, a.agent_id) in (select t.w, t.agent from unnest(workspaces, tainted) t(w, agent) where t.agent is not null);
  -- In one order everywhere, so that two batches do not wait for each other.
  insert into auth.account_marks as k (account_id, tainted_at)
  select distinct t.account, now() from unnest(tainted_accounts) t(account) where t.account is not null order by 1
  on conflict (account_id) do update set tainted_at = excluded.tainted_at;
  -- Never waits for a grant that a person is changing: that transaction may wait for a record of its own.
  update tillgate.grants g set last_seen_at = now()
  from (select s.workspace_id, s.grant_id from tillgate.grants s
    where (s.workspace_id, s.grant_id) in (select t.w, t.given from unnest(workspaces, seen) t(w, given) where t.given is not null)
    for no key update skip locked) free
  where g.workspace_id = free.workspace_id and g.grant_id = free.grant_id;

  return query select c.ord, c.seq, c.hash from unnest(ords, seqs, hashes) c(ord, seq, hash);
end $$;

alter function sec.workspace() owner to tillgate_enter;
alter function sec.grant_id() owner to tillgate_enter;
alter function sec.account_id() owner to tillgate_enter;
alter function sec.open_workspace(uuid, uuid, uuid) owner to tillgate_enter;
alter function sec.enter_by_token(bytea, text) owner to tillgate_enter;
alter function sec.enter_by_session(text, text) owner to tillgate_enter;
alter function sec.workspaces_of_session(text) owner to tillgate_enter;
alter function sec.invitation(bytea) owner to tillgate_enter;
alter function sec.enter_by_invitation(bytea, text) owner to tillgate_enter;
alter function sec.member_marks() owner to tillgate_enter;
alter function sec.clear_own_marks(text) owner to tillgate_enter;
alter function sec.enter_workspace(uuid) owner to tillgate_enter;
alter function sec.list_workspaces() owner to tillgate_enter;
alter function sec.machine_agent(text) owner to tillgate_enter;
alter function sec.member_grant(uuid) owner to tillgate_enter;
alter function audit.append(uuid[], timestamptz[], text[], bytea[], bytea[], uuid[], uuid[], uuid[]) owner to tillgate_chain;

revoke execute on all functions in schema sec from public;
revoke execute on function audit.append(uuid[], timestamptz[], text[], bytea[], bytea[], uuid[], uuid[], uuid[]) from public;
grant execute on function sec.workspace(), sec.grant_id(), sec.account_id() to tillgate_app, tillgate_jobs, tillgate_owner;
grant execute on function sec.enter_by_token(bytea, text), sec.enter_by_session(text, text),
  sec.workspaces_of_session(text), sec.invitation(bytea), sec.enter_by_invitation(bytea, text), sec.member_marks(),
  sec.clear_own_marks(text) to tillgate_app;
grant execute on function sec.enter_workspace(uuid), sec.list_workspaces() to tillgate_jobs;
grant execute on function sec.machine_agent(text), sec.member_grant(uuid) to tillgate_auth;
grant execute on function audit.append(uuid[], timestamptz[], text[], bytea[], bytea[], uuid[], uuid[], uuid[]) to tillgate_audit;
commit;
