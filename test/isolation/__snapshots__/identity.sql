-- createWorkspace
begin;
select sec.enter_workspace($1);
insert into "tillgate"."workspaces" ("workspace_id", "slug", "name", "audit_key") values ($1, $2, $3, $4);
insert into "tillgate"."roles" ("workspace_id", "role_id", "name", "definition") values ($1, $2, $3, $4);
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
insert into "tillgate"."roles" ("workspace_id", "role_id", "name", "definition") values ($1, $2, $3, $4);
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
insert into "tillgate"."roles" ("workspace_id", "role_id", "name", "definition") values ($1, $2, $3, $4);
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
insert into "tillgate"."roles" ("workspace_id", "role_id", "name", "definition") values ($1, $2, $3, $4);
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
commit;

-- workspaceBySlug
select * from sec.list_workspaces();
begin;
select sec.enter_workspace($1);
select "name" from "tillgate"."workspaces";
commit;

-- createRole
begin;
select sec.enter_workspace($1);
insert into "tillgate"."roles" ("workspace_id", "role_id", "name", "definition") values ($1, $2, $3, $4);
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
commit;

-- updateRole
begin;
select sec.enter_workspace($1);
update "tillgate"."roles" set "version" = "version" + $1, "definition" = $2 where "name" = $3 returning "role_id", "version";
insert into "tillgate"."role_versions" ("workspace_id", "role_id", "version", "definition", "changed_by") values ($1, $2, $3, $4, $5);
commit;

-- roleByName
begin;
select sec.enter_workspace($1);
select "role_id", "name", "version", "definition" from "tillgate"."roles" where "name" = $1;
commit;

-- addStore
begin;
select sec.enter_workspace($1);
insert into "tillgate"."stores" ("workspace_id", "store_id", "handle", "platform", "name", "mode", "currency", "origin", "credential") values ($1, $2, $3, $4, $5, $6, $7, $8, $9);
commit;

-- listStores
begin;
select sec.enter_workspace($1);
select "store_id", "handle", "platform", "name", "mode", "currency", "origin", "connected_at", "disconnected_at" from "tillgate"."stores" order by "handle";
commit;

-- moveStore
begin;
select sec.enter_workspace($1);
select "store_id", "mode" from "tillgate"."stores" where "handle" = $1 and "disconnected_at" is null for update;
update "tillgate"."stores" set "origin" = $1, "credential" = $2, "credential_version" = "credential_version" + $3 where "store_id" = $4;
commit;

-- createMachineAgent
begin;
select sec.enter_workspace($1);
select "role_id", "name", "version", "definition" from "tillgate"."roles" where "name" = $1;
insert into "tillgate"."agents" ("workspace_id", "agent_id", "created_by", "kind", "name", "client_id", "purpose") values ($1, $2, $3, $4, $5, $6, $7);
insert into "tillgate"."grants" ("workspace_id", "agent_id", "created_by", "grant_id", "role_id", "accepted_version", "account_id", "scopes", "expires_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9);
select "store_id", "handle" from "tillgate"."stores" where "disconnected_at" is null;
insert into "tillgate"."grant_stores" ("workspace_id", "grant_id", "store_id") values ($1, $2, $3) on conflict do nothing;
commit;
insert into auth.client_secrets (client_id, hash) values ($1, $2);

-- listAgents
begin;
select sec.enter_workspace($1);
select "a"."agent_id" as "agentId", "g"."grant_id" as "grantId", "a"."name", "a"."kind", "a"."client_id" as "clientId", "a"."purpose", "g"."account_id" as "accountId", "m"."email" as "memberEmail", "r"."role_id" as "roleId", "r"."name" as "role", "r"."version" as "roleVersion", "r"."definition" as "roleDefinition", "g"."accepted_version" as "acceptedVersion", coalesce("v"."definition", "r"."definition") as "acceptedDefinition", "g"."scopes", "a"."created_by" as "createdBy", "a"."created_at" as "createdAt", "g"."last_seen_at" as "lastSeenAt", "g"."expires_at" as "expiresAt", "a"."quarantined_at" as "quarantinedAt", "a"."tainted_at" as "taintedAt", coalesce("a"."revoked_at", "g"."revoked_at") as "revokedAt" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."agent_id" = "a"."agent_id" inner join "tillgate"."roles" as "r" on "r"."role_id" = "g"."role_id" left join "tillgate"."role_versions" as "v" on "v"."role_id" = "g"."role_id" and "v"."version" = "g"."accepted_version" left join "tillgate"."members" as "m" on "m"."account_id" = "g"."account_id" order by "a"."name", "a"."created_at", "g"."grant_id";
select "l"."grant_id", "s"."handle" from "tillgate"."grant_stores" as "l" inner join "tillgate"."stores" as "s" on "s"."store_id" = "l"."store_id" where "s"."disconnected_at" is null order by "s"."handle";
commit;

-- addStoreToGrant
begin;
select sec.enter_workspace($1);
select "grant_id" from "tillgate"."grants" where "grant_id" = $1 and "revoked_at" is null;
select "store_id", "handle" from "tillgate"."stores" where "disconnected_at" is null;
insert into "tillgate"."grant_stores" ("workspace_id", "grant_id", "store_id") values ($1, $2, $3) on conflict do nothing;
commit;

-- removeStoreFromGrant
begin;
select sec.enter_workspace($1);
delete from "tillgate"."grant_stores" where "grant_id" = $1 and "store_id" in (select "store_id" from "tillgate"."stores" where "handle" = $2);
commit;

-- rotateAgentSecret
begin;
select sec.enter_workspace($1);
select "agent_id" as "agentId", "name", "kind", "client_id" as "clientId", "quarantined_at" as "quarantinedAt", "revoked_at" as "revokedAt" from "tillgate"."agents" where ("name" = $1 or cast("agent_id" as text) = $2) order by "revoked_at" desc nulls first, "agent_id";
commit;
with ending as (
       update auth.client_secrets
       set expires_at = least(coalesce(expires_at, 'infinity'), now() + make_interval(secs => $3))
       where client_id = $1)
     insert into auth.client_secrets (client_id, hash) values ($1, $2);

-- revokeAgent
begin;
select sec.enter_workspace($1);
select "agent_id" as "agentId", "name", "kind", "client_id" as "clientId", "quarantined_at" as "quarantinedAt", "revoked_at" as "revokedAt" from "tillgate"."agents" where ("name" = $1 or cast("agent_id" as text) = $2) order by "revoked_at" desc nulls first, "agent_id";
update "tillgate"."grants" set "revoked_at" = $1, "revoked_by" = $2 where "agent_id" = $3 and "revoked_at" is null;
update "tillgate"."agents" set "revoked_at" = $1, "revoked_by" = $2 where "agent_id" = $3 and "revoked_at" is null;
select "grant_id" from "tillgate"."grants" where "agent_id" = $1;
commit;
with tokens as (delete from auth.access_tokens where grant_id = any($2::uuid[]))
     delete from auth.client_secrets where client_id = $1;

-- disconnectStore
begin;
select sec.enter_workspace($1);
update "tillgate"."stores" set "disconnected_at" = $1, "credential" = $2 where "handle" = $3 and "disconnected_at" is null returning "store_id";
commit;
