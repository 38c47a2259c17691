-- Interaction.upsert
insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at;

-- Interaction.find
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and id = $2 and (expires_at is null or expires_at > now());

-- Interaction.findByUid
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and uid = $2 and (expires_at is null or expires_at > now());

-- Interaction.findByUserCode
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and user_code = $2 and (expires_at is null or expires_at > now());

-- Interaction.consume
update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null;

-- Interaction.destroy
delete from auth.oidc_models where model = $1 and id = $2;

-- Interaction.revokeByGrantId
delete from auth.oidc_models where model = $1 and grant_id = $2;

-- AuthorizationCode.upsert
insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at;

-- AuthorizationCode.find
select m.payload, extract(epoch from m.consumed_at)::float8 as consumed_s,
    m.consumed_at > now() - make_interval(secs => $3) as in_grace
  from auth.oidc_models m
  join auth.provider_grants p on p.provider_grant_id = m.grant_id and p.expires_at > now()
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where m.model = $1 and m.id = $2 and m.expires_at > now();

-- AuthorizationCode.consume
with won as (
    update auth.oidc_models set consumed_at = now()
    where model = 'AuthorizationCode' and id = $1 and consumed_at is null returning id)
  select grant_id, exists (select from won) as won
  from auth.oidc_models where model = 'AuthorizationCode' and id = $1;

-- AuthorizationCode.destroy
delete from auth.oidc_models where model = $1 and id = $2;

-- AuthorizationCode.revokeByGrantId

-- RefreshToken.upsert
insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at;

-- RefreshToken.find
select m.payload, extract(epoch from m.consumed_at)::float8 as consumed_s,
    m.consumed_at > now() - make_interval(secs => $3) as in_grace
  from auth.oidc_models m
  join auth.provider_grants p on p.provider_grant_id = m.grant_id and p.expires_at > now()
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where m.model = $1 and m.id = $2 and m.expires_at > now();

-- RefreshToken.consume
update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null;

-- RefreshToken.destroy
delete from auth.oidc_models where model = $1 and id = $2;

-- RefreshToken.revokeByGrantId

-- Grant.upsert
insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at;

-- Grant.find
select m.payload, extract(epoch from m.consumed_at)::float8 as consumed_s,
    m.consumed_at > now() - make_interval(secs => $3) as in_grace
  from auth.oidc_models m
  join auth.provider_grants p on p.provider_grant_id = m.grant_id and p.expires_at > now()
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where m.model = $1 and m.id = $2 and m.expires_at > now();

-- Grant.consume
update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null;

-- Grant.destroy
begin;
delete from auth.provider_grants where provider_grant_id in (
       select provider_grant_id from auth.provider_grants where provider_grant_id::text = any($1::text[]) order by 1 for update)
     returning provider_grant_id, grant_id;
with tokens as (
       delete from auth.access_tokens where grant_id = any($2::uuid[]) and payload ->> 'grantId' = any($1::text[])),
     replays as (delete from auth.refresh_replays where provider_grant_id = any($1::text[]))
     delete from auth.oidc_models where grant_id = any($1::text[]);
commit;

-- Grant.revokeByGrantId

-- Client.find

-- Client.find machine
select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g;

-- Client.find registered
select payload from auth.clients where client_id = $1;

-- Client.upsert
insert into auth.clients (client_id, origin, payload)
  select $1, 'registered', $2
  where (select count(*) from auth.clients where origin = 'registered') < $3;

-- ClientCredentials.upsert
insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
  select $1, 'ClientCredentials', $2, g.grant_id, $3, $4, $5, now() + make_interval(secs => $6)
  from sec.machine_agent($2) g
  where string_to_array($3, ' ') <@ g.scopes and $4 in ('core', 'w/' || g.slug);

-- ClientCredentials.find
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();

-- ClientCredentials.destroy
delete from auth.access_tokens where hash = $1 and model = $2;

-- ClientCredentials.revokeByGrantId

-- AccessToken.upsert
insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
  select $1, 'AccessToken', $2, p.grant_id, $3, $4, $5, least(now() + make_interval(secs => $6), g.expires_at)
  from auth.provider_grants p
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where p.provider_grant_id = $7 and p.expires_at > now() and p.client_id = $2 and p.account_id = $8::uuid
    and $4 in ('core', 'w/' || g.slug)
  for share of p;

-- AccessToken.find
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();

-- AccessToken.destroy
delete from auth.access_tokens where hash = $1 and model = $2;

-- AccessToken.revokeByGrantId
