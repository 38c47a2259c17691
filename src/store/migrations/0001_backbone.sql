create table tillgate.workspaces (
  workspace_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,38}$'),
  name text not null check (length(name) between 1 and 200),
  -- Wrapped data key of the record bodies; destroying it erases them.
  audit_key bytea not null,
  created_at timestamptz not null default now(),
  frozen_at timestamptz
);

create table tillgate.roles (
  workspace_id uuid not null references tillgate.workspaces,
  role_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  version int not null default 1 check (version > 0),
  -- Canonical JSON of the role as policy/ reads it.
  definition text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, role_id),
  unique (workspace_id, name)
);

create table tillgate.agents (
  workspace_id uuid not null references tillgate.workspaces,
  agent_id uuid not null,
  kind text not null check (kind in ('machine', 'oauth')),
  name text not null check (length(name) between 1 and 100),
  client_id text not null,
  purpose text not null default '',
  created_by text not null,
  created_at timestamptz not null default now(),
  tainted_at timestamptz,
  exposed_at timestamptz,
  quarantined_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, agent_id)
);
create unique index machine_client on tillgate.agents (client_id) where kind = 'machine';
create unique index agent_name on tillgate.agents (workspace_id, name) where revoked_at is null;

create table tillgate.stores (
  workspace_id uuid not null references tillgate.workspaces,
  store_id uuid not null,
  handle text not null check (handle ~ '^[a-z0-9][a-z0-9-]{1,38}$'),
  platform text not null,
  name text not null,
  mode text not null check (mode in ('live', 'test')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  origin text not null,
  credential bytea not null,
  credential_version int not null default 1,
  -- Raised by each write to the store; part of the key of cached answers.
  write_counter bigint not null default 0,
  connected_at timestamptz not null default now(),
  disconnected_at timestamptz,
  primary key (workspace_id, store_id),
  -- Also against disconnected stores: a handle is never used again.
  unique (workspace_id, handle)
);

create table tillgate.grants (
  workspace_id uuid not null references tillgate.workspaces,
  grant_id uuid not null unique,
  agent_id uuid not null,
  role_id uuid not null,
  -- The member who consented; null for a machine agent, whose grant an admin made.
  account_id uuid,
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  primary key (workspace_id, grant_id),
  foreign key (workspace_id, agent_id) references tillgate.agents,
  foreign key (workspace_id, role_id) references tillgate.roles
);
create index grants_of_agent on tillgate.grants (workspace_id, agent_id);

create table tillgate.grant_stores (
  workspace_id uuid not null,
  grant_id uuid not null,
  store_id uuid not null,
  primary key (workspace_id, grant_id, store_id),
  foreign key (workspace_id, grant_id) references tillgate.grants,
  foreign key (workspace_id, store_id) references tillgate.stores
);

-- Tokens by their hash; the door of agents reads nothing else of the authorization server.
create table auth.access_tokens (
  hash bytea primary key,
  model text not null check (model in ('AccessToken', 'ClientCredentials')),
  client_id text not null,
  grant_id uuid not null,
  scope text not null,
  resource text not null,
  payload jsonb not null,
  expires_at timestamptz not null
);
create index access_tokens_of_grant on auth.access_tokens (grant_id);
create index access_tokens_by_end on auth.access_tokens (expires_at);

create table auth.oidc_models (
  model text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  user_code text,
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (model, id)
);
create index oidc_models_of_grant on auth.oidc_models (grant_id) where grant_id is not null;
create unique index oidc_models_by_uid on auth.oidc_models (model, uid) where uid is not null;
create unique index oidc_models_by_user_code on auth.oidc_models (model, user_code) where user_code is not null;
create index oidc_models_by_end on auth.oidc_models (expires_at);

-- Secrets of machine agents, by hash; two may live side by side while one is rotated.
create table auth.client_secrets (
  client_id text not null,
  hash bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (client_id, hash)
);

-- The instance's own chain has the nil UUID as its workspace.
create table audit.heads (
  workspace_id uuid primary key,
  seq bigint not null,
  hash bytea not null check (length(hash) = 32)
);

create table audit.records (
  workspace_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  header text not null,
  body_digest bytea not null check (length(body_digest) = 32),
  hash bytea not null check (length(hash) = 32),
  primary key (workspace_id, seq)
);
create index records_by_time on audit.records (workspace_id, at);

create table audit.bodies (
  workspace_id uuid not null,
  seq bigint not null,
  sealed bytea not null,
  primary key (workspace_id, seq),
  foreign key (workspace_id, seq) references audit.records
);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'records are never changed' using errcode = 'TW002';
end $$;
revoke execute on function audit.refuse_change() from public;
create trigger records_stay before update or delete or truncate on audit.records
  for each statement execute function audit.refuse_change();

do $$
declare
  name text;
begin
  foreach name in array array[
    'tillgate.workspaces', 'tillgate.roles', 'tillgate.agents', 'tillgate.stores', 'tillgate.grants',
    'tillgate.grant_stores', 'audit.heads', 'audit.records', 'audit.bodies'] loop
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    -- The sub-select is evaluated once a query and can use the index.
    execute format(
      'create policy workspace on %s to tillgate_app, tillgate_jobs using (workspace_id = (select sec.workspace())) with check (workspace_id = (select sec.workspace()))',
      name);
  end loop;
end $$;

create policy door on tillgate.workspaces for select to tillgate_enter using (true);
create policy door on tillgate.roles for select to tillgate_enter using (true);
create policy door on tillgate.agents for select to tillgate_enter using (true);
create policy door on tillgate.grants for select to tillgate_enter using (true);
create policy chain on tillgate.agents for select to tillgate_chain using (true);
create policy chain_marks on tillgate.agents for update to tillgate_chain using (true) with check (true);
create policy chain on audit.heads to tillgate_chain using (true) with check (true);
create policy chain_adds on audit.records for insert to tillgate_chain with check (true);
create policy chain_adds on audit.bodies for insert to tillgate_chain with check (true);

grant select on tillgate.workspaces, tillgate.roles, tillgate.agents, tillgate.grants to tillgate_enter;
grant select on auth.access_tokens to tillgate_enter;
grant select (workspace_id, agent_id, tainted_at) on tillgate.agents to tillgate_chain;
grant update (tainted_at, exposed_at) on tillgate.agents to tillgate_chain;
grant select, insert, update on audit.heads to tillgate_chain;
grant insert on audit.records, audit.bodies to tillgate_chain;

grant select on tillgate.workspaces, tillgate.roles, tillgate.agents, tillgate.stores, tillgate.grants, tillgate.grant_stores
  to tillgate_app;
grant select on audit.heads, audit.records, audit.bodies to tillgate_app;
grant select, insert, update on tillgate.workspaces, tillgate.roles, tillgate.agents, tillgate.stores, tillgate.grants
  to tillgate_jobs;
grant select, insert, delete on tillgate.grant_stores to tillgate_jobs;
grant select on audit.heads, audit.records to tillgate_jobs;
grant select, delete on audit.bodies to tillgate_jobs;
grant select, insert, update, delete on auth.access_tokens, auth.oidc_models, auth.client_secrets to tillgate_auth;
