-- RefreshToken.upsert
insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at;

-- RefreshToken.find
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and id = $2 and (expires_at is null or expires_at > now());

-- RefreshToken.findByUid
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and uid = $2 and (expires_at is null or expires_at > now());

-- RefreshToken.findByUserCode
select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models where model = $1 and user_code = $2 and (expires_at is null or expires_at > now());

-- RefreshToken.consume
update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null;

-- RefreshToken.destroy
delete from auth.oidc_models where model = $1 and id = $2;

-- RefreshToken.revokeByGrantId
delete from auth.oidc_models where model = $1 and grant_id = $2;

-- Client.find
select payload from auth.oidc_models where model = 'Client' and id = $1;

-- Client.find machine
select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g;

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
delete from auth.access_tokens where model = $1 and payload ->> 'grantId' = $2;
