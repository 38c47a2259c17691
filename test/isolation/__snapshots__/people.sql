-- pageAgents
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select count(*) as "total" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."workspace_id" = "a"."workspace_id" and "g"."agent_id" = "a"."agent_id";
select "g"."grant_id" as "grantId" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."workspace_id" = "a"."workspace_id" and "g"."agent_id" = "a"."agent_id" order by coalesce(g.last_seen_at, a.created_at) desc, "g"."grant_id" limit $1 offset $2;
select "a"."agent_id" as "agentId", "g"."grant_id" as "grantId", "a"."name", "a"."kind", "a"."client_id" as "clientId", "a"."purpose", "g"."account_id" as "accountId", "m"."email" as "memberEmail", "r"."role_id" as "roleId", "r"."name" as "role", "r"."version" as "roleVersion", "r"."definition" as "roleDefinition", "g"."accepted_version" as "acceptedVersion", coalesce("v"."definition", "r"."definition") as "acceptedDefinition", "g"."scopes", "a"."created_by" as "createdBy", "a"."created_at" as "createdAt", "g"."last_seen_at" as "lastSeenAt", "g"."expires_at" as "expiresAt", "a"."quarantined_at" as "quarantinedAt", "a"."tainted_at" as "taintedAt", coalesce("a"."revoked_at", "g"."revoked_at") as "revokedAt" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."agent_id" = "a"."agent_id" inner join "tillgate"."roles" as "r" on "r"."role_id" = "g"."role_id" left join "tillgate"."role_versions" as "v" on "v"."role_id" = "g"."role_id" and "v"."version" = "g"."accepted_version" left join "tillgate"."members" as "m" on "m"."account_id" = "g"."account_id" where "g"."grant_id" in ($1) order by "a"."name", "a"."created_at", "g"."grant_id";
select "l"."grant_id", "s"."handle" from "tillgate"."grant_stores" as "l" inner join "tillgate"."stores" as "s" on "s"."store_id" = "l"."store_id" where "s"."disconnected_at" is null and "l"."grant_id" in ($1) order by "s"."handle";
commit;

-- pageAgents of little
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select count(*) as "total" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."workspace_id" = "a"."workspace_id" and "g"."agent_id" = "a"."agent_id" where "g"."account_id" = $1 and (strpos(lower(a.name), lower($2)) > 0 or starts_with(a.agent_id::text, lower($3))) and (a.revoked_at is not null or g.revoked_at is not null or g.expires_at <= now()) is not true and a.quarantined_at is not null;
select "g"."grant_id" as "grantId" from "tillgate"."agents" as "a" inner join "tillgate"."grants" as "g" on "g"."workspace_id" = "a"."workspace_id" and "g"."agent_id" = "a"."agent_id" where "g"."account_id" = $1 and (strpos(lower(a.name), lower($2)) > 0 or starts_with(a.agent_id::text, lower($3))) and (a.revoked_at is not null or g.revoked_at is not null or g.expires_at <= now()) is not true and a.quarantined_at is not null order by coalesce(g.last_seen_at, a.created_at) desc, "g"."grant_id" limit $4 offset $5;
commit;

-- agentNames
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select "agent_id" as "agentId", "name" from "tillgate"."agents" where "agent_id" in ($1);
commit;

-- agentIdsOf
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select distinct "agent_id" as "agentId" from "tillgate"."grants" where "account_id" = $1;
commit;

-- memberMarks
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select account_id as "accountId", tainted_at as "taintedAt", exposed_at as "exposedAt" from sec.member_marks();
commit;

-- clearOwnMarks
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select sec.clear_own_marks($1) as cleared;
commit;

-- clearAgentMarks
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
update "tillgate"."agents" set "tainted_at" = $1, "exposed_at" = $2 where "agent_id" = $3 and "kind" = $4;
commit;

-- moveGrant
begin;
select workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt" from sec.enter_by_session($1, $2);
select "role_id", "name", "version", "definition" from "tillgate"."roles" where "name" = $1;
update "tillgate"."grants" set "role_id" = $1, "accepted_version" = $2, "scopes" = array(select s from unnest(scopes) with ordinality u(s, n) where s = any($3::text[]) order by n) where "grant_id" = $4 and "revoked_at" is null;
commit;
