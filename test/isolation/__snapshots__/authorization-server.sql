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
delete from auth.access_tokens where hash = $1 and model = $2;
select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g;
select m.payload, extract(epoch from m.consumed_at)::float8 as consumed_s,
    m.consumed_at > now() - make_interval(secs => $3) as in_grace
  from auth.oidc_models m
  join auth.provider_grants p on p.provider_grant_id = m.grant_id and p.expires_at > now()
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where m.model = $1 and m.id = $2 and m.expires_at > now();
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();
select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now();

-- sweep
delete from auth.access_tokens where ctid = any(array(
           select ctid from auth.access_tokens where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.oidc_models where ctid = any(array(
           select ctid from auth.oidc_models where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.client_secrets where ctid = any(array(
           select ctid from auth.client_secrets where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.refresh_replays where ctid = any(array(
           select ctid from auth.refresh_replays where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.provider_grants where ctid = any(array(
           select ctid from auth.provider_grants where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.clients where ctid = any(array(
           select ctid from auth.clients where origin = 'registered' and coalesce(used_at, created_at) <= $1::timestamptz - interval '24 hours'
             and (used_at is null or used_at <= $1::timestamptz - interval '90 days')
             and not exists (select from auth.provider_grants p where p.client_id = auth.clients.client_id) limit 1000 for update skip locked));
delete from auth.sessions where ctid = any(array(
           select ctid from auth.sessions where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.verifications where ctid = any(array(
           select ctid from auth.verifications where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.challenges where ctid = any(array(
           select ctid from auth.challenges where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.attempts where ctid = any(array(
           select ctid from auth.attempts where expires_at <= $1 limit 1000 for update skip locked));
delete from auth.links where ctid = any(array(
           select ctid from auth.links where expires_at <= $1 limit 1000 for update skip locked));
