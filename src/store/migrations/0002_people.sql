-- People. Accounts, their sessions and second factors lie in the schema auth, which only tillgate_auth opens.

-- An account is a person; better-auth calls it `user`.
create table auth.accounts (
  id uuid primary key,
  email text not null unique check (email = lower(email) and length(email) between 3 and 254),
  email_verified boolean not null default false,
  name text not null check (length(name) between 1 and 100),
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- The password of an account; better-auth calls it `account`, and has columns for other providers that stay empty.
create table auth.passwords (
  id uuid primary key,
  user_id uuid not null references auth.accounts on delete cascade,
  account_id text not null,
  provider_id text not null check (provider_id = 'credential'),
  issuer text,
  password text,
  access_token text check (access_token is null),
  refresh_token text check (refresh_token is null),
  id_token text check (id_token is null),
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, provider_id)
);

create table auth.sessions (
  id uuid primary key,
  user_id uuid not null references auth.accounts on delete cascade,
  -- SHA-256 of the session's token, base64url.
  token text not null unique check (token ~ '^[A-Za-z0-9_-]{43}$'),
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  -- When a second factor was last shown; null opens nothing but its enrolment.
  mfa_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_of_account on auth.sessions (user_id);
create index sessions_by_end on auth.sessions (expires_at);

create table auth.verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_by_identifier on auth.verifications (identifier);
create index verifications_by_end on auth.verifications (expires_at);

-- One seed an account, sealed; unconfirmed until its first code was shown.
create table auth.totp (
  account_id uuid primary key references auth.accounts on delete cascade,
  seed bytea not null,
  -- The newest time step that was accepted; only later ones are.
  last_step bigint not null default -1,
  -- The session that the unconfirmed seed was shown to: another one is shown another seed, and cannot confirm this.
  begun_in uuid not null,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz
);

create table auth.passkeys (
  credential_id text primary key check (length(credential_id) <= 1400),
  account_id uuid not null references auth.accounts on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index passkeys_of_account on auth.passkeys (account_id);

-- WebAuthn challenges, by the hash of what the browser keeps of them; single use.
create table auth.challenges (
  hash bytea primary key,
  purpose text not null check (purpose in ('sign_in', 'add', 'confirm')),
  account_id uuid references auth.accounts on delete cascade,
  challenge text not null,
  expires_at timestamptz not null
);
create index challenges_by_end on auth.challenges (expires_at);

create table auth.recovery_codes (
  account_id uuid not null references auth.accounts on delete cascade,
  hash bytea not null,
  used_at timestamptz,
  primary key (account_id, hash)
);

-- Wrong passwords and codes, by the keyed hash of what was tried.
create table auth.attempts (
  subject bytea primary key,
  failures int not null,
  first_at timestamptz not null,
  locked_until timestamptz,
  expires_at timestamptz not null
);
create index attempts_by_end on auth.attempts (expires_at);

-- One-time links by hash: the first owner's set-up, resets of password and second factor.
create table auth.links (
  hash bytea primary key,
  purpose text not null check (purpose in ('setup', 'password', 'second_factor')),
  account_id uuid references auth.accounts on delete cascade,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  check ((purpose = 'setup') = (account_id is null))
);
create index links_by_end on auth.links (expires_at);

-- What an account was shown, in whatever workspace and by whichever of its agents; written by audit.append.
create table auth.account_marks (
  account_id uuid primary key,
  tainted_at timestamptz,
  exposed_at timestamptz
);

-- OAuth clients that registered themselves or that the operator registered; secrets only as hashes.
create table auth.clients (
  client_id text primary key,
  origin text not null check (origin in ('registered', 'operator')),
  payload jsonb not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index clients_by_use on auth.clients (coalesce(used_at, created_at)) where origin = 'registered';

-- Which grant of ours stands behind a Grant of the authorization server; several may point at one.
create table auth.provider_grants (
  provider_grant_id text primary key,
  grant_id uuid not null,
  account_id uuid not null,
  client_id text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index provider_grants_of_grant on auth.provider_grants (grant_id);
create index provider_grants_by_end on auth.provider_grants (expires_at);

-- Answers to refresh requests, sealed under the refresh token that asked, for clients that race.
create table auth.refresh_replays (
  hash bytea primary key,
  sealed bytea not null,
  provider_grant_id text not null,
  expires_at timestamptz not null
);
create index refresh_replays_by_end on auth.refresh_replays (expires_at);

-- Signing and cookie keys of the authorization server, sealed by the vault.
create table auth.server_keys (
  key_id text primary key,
  purpose text not null check (purpose in ('sign', 'cookie')),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);

create table tillgate.members (
  workspace_id uuid not null references tillgate.workspaces,
  account_id uuid not null,
  seat text not null check (seat in ('owner', 'admin', 'approver', 'viewer')),
  -- As the account had them when it joined: tillgate_app cannot read accounts.
  email text not null,
  name text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  removed_by text,
  primary key (workspace_id, account_id)
);
create index members_of_account on tillgate.members (account_id) where removed_at is null;

create table tillgate.invitations (
  workspace_id uuid not null references tillgate.workspaces,
  invitation_id uuid not null,
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  seat text not null check (seat in ('owner', 'admin', 'approver', 'viewer')),
  token_hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  withdrawn_at timestamptz,
  primary key (workspace_id, invitation_id)
);

-- Every version that a role has had.
create table tillgate.role_versions (
  workspace_id uuid not null,
  role_id uuid not null,
  version int not null check (version > 0),
  definition text not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  primary key (workspace_id, role_id, version),
  foreign key (workspace_id, role_id) references tillgate.roles
);

alter table tillgate.workspaces add column frozen_by text;
alter table tillgate.agents add column quarantined_by text, add column revoked_by text;
alter table tillgate.grants
  -- The version of the role that its member or an admin accepted: a wider one does not reach the grant by itself.
  add column accepted_version int not null default 1,
  add column last_seen_at timestamptz;

-- Two members may connect the same client: only machine agents are named by hand.
drop index tillgate.agent_name;
create unique index agent_name on tillgate.agents (workspace_id, name) where revoked_at is null and kind = 'machine';
create index grants_of_account on tillgate.grants (workspace_id, account_id) where account_id is not null;

-- Under forced row security the owner sees no rows, not even to copy them.
alter table tillgate.roles no force row level security;
alter table tillgate.grants no force row level security;
insert into tillgate.role_versions (workspace_id, role_id, version, definition, changed_by)
  select workspace_id, role_id, version, definition, 'migration' from tillgate.roles;
update tillgate.grants g set accepted_version = r.version
  from tillgate.roles r where r.workspace_id = g.workspace_id and r.role_id = g.role_id;
alter table tillgate.roles force row level security;
alter table tillgate.grants force row level security;

do $$
declare
  name text;
begin
  foreach name in array array['tillgate.members', 'tillgate.invitations', 'tillgate.role_versions'] loop
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    execute format(
      'create policy workspace on %s to tillgate_jobs using (workspace_id = (select sec.workspace())) with check (workspace_id = (select sec.workspace()))',
      name);
  end loop;
  foreach name in array array[
    'tillgate.workspaces', 'tillgate.roles', 'tillgate.agents', 'tillgate.stores', 'tillgate.grants',
    'tillgate.grant_stores', 'audit.heads', 'audit.records', 'audit.bodies'] loop
    execute format('alter policy workspace on %s to tillgate_jobs', name);
  end loop;
  -- Requests see their workspace, whoever opened it.
  foreach name in array array[
    'tillgate.workspaces', 'tillgate.roles', 'tillgate.role_versions', 'tillgate.agents', 'tillgate.stores',
    'tillgate.grants', 'tillgate.grant_stores', 'tillgate.members', 'tillgate.invitations',
    'audit.heads', 'audit.records', 'audit.bodies'] loop
    execute format(
      'create policy reads on %s for select to tillgate_app using (workspace_id = (select sec.workspace()))', name);
  end loop;
  -- They write only where a person opened it: what came in with an agent's token cannot, not even by injection.
  foreach name in array array[
    'tillgate.workspaces', 'tillgate.roles', 'tillgate.role_versions', 'tillgate.agents', 'tillgate.grants',
    'tillgate.grant_stores', 'tillgate.members', 'tillgate.invitations'] loop
    execute format(
      'create policy person on %s to tillgate_app using (workspace_id = (select sec.workspace()) and (select sec.account_id()) is not null) with check (workspace_id = (select sec.workspace()) and (select sec.account_id()) is not null)',
      name);
  end loop;
end $$;

create policy door on tillgate.members for select to tillgate_enter using (true);
create policy door on tillgate.invitations for select to tillgate_enter using (true);
create policy door on tillgate.role_versions for select to tillgate_enter using (true);
create policy chain on tillgate.grants for select to tillgate_chain using (true);
create policy chain_marks on tillgate.grants for update to tillgate_chain using (true) with check (true);

grant select on tillgate.members, tillgate.invitations, tillgate.role_versions to tillgate_enter;
grant select (id, email, name) on auth.accounts to tillgate_enter;
grant select (id, user_id, token, expires_at, mfa_at) on auth.sessions to tillgate_enter;
grant select on auth.account_marks to tillgate_enter;
grant select (workspace_id, grant_id, last_seen_at), update (last_seen_at) on tillgate.grants to tillgate_chain;
grant select, insert, update on auth.account_marks to tillgate_chain;

grant select on tillgate.members, tillgate.invitations, tillgate.role_versions to tillgate_app;
grant update (name, frozen_at, frozen_by) on tillgate.workspaces to tillgate_app;
grant insert, update on tillgate.members, tillgate.invitations, tillgate.roles to tillgate_app;
grant insert on tillgate.role_versions to tillgate_app;
grant insert on tillgate.agents, tillgate.grants to tillgate_app;
grant update (name, quarantined_at, quarantined_by, revoked_at, revoked_by) on tillgate.agents to tillgate_app;
grant update (role_id, scopes, accepted_version, expires_at, revoked_at, revoked_by) on tillgate.grants to tillgate_app;
grant insert, delete on tillgate.grant_stores to tillgate_app;
grant select, insert, update on tillgate.members, tillgate.invitations to tillgate_jobs;
grant select, insert on tillgate.role_versions to tillgate_jobs;
grant select, insert, update, delete on
  auth.accounts, auth.passwords, auth.sessions, auth.verifications, auth.totp, auth.passkeys, auth.challenges,
  auth.recovery_codes, auth.attempts, auth.links, auth.clients, auth.provider_grants, auth.refresh_replays,
  auth.server_keys to tillgate_auth;
