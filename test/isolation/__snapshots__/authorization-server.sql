-- POST /oauth/token
select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g;
insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
  select $1, 'ClientCredentials', $2, g.grant_id, $3, $4, $5, now() + make_interval(secs => $6)
  from sec.machine_agent($2) g
  where string_to_array($3, ' ') <@ g.scopes and $4 in ('core', 'w/' || g.slug);

-- POST /oauth/revoke
select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g;
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();
delete from auth.access_tokens where hash = $1 and model = $2;

-- sweep
delete from auth.access_tokens where ctid = any(array(
           select ctid from auth.access_tokens where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.oidc_models where ctid = any(array(
           select ctid from auth.oidc_models where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.client_secrets where ctid = any(array(
           select ctid from auth.client_secrets where expires_at <= $1 limit 1000 for update skip locked));
