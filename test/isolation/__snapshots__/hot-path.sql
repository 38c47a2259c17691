-- enter
select * from sec.enter_by_token($1, $2);

-- storesOfGrant
select s.store_id, s.handle, s.platform, s.name, s.mode, s.currency, s.origin, s.credential, s.credential_version from tillgate.stores s
   join tillgate.grant_stores gs on gs.workspace_id = s.workspace_id and gs.store_id = s.store_id
   where gs.grant_id = (select sec.grant_id()) and s.disconnected_at is null and ($1::text is null or s.handle = $1)
   order by s.handle;
