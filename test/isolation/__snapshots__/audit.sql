-- append
select ord, seq, encode(hash, 'hex')
from audit.append($1::uuid[], $2::timestamptz[], $3::text[], $4::bytea[], $5::bytea[], $6::uuid[], $7::uuid[], $8::uuid[]);

-- verifyAudit
select * from sec.list_workspaces();
begin;
select sec.enter_workspace($1);
select (select "seq" from "audit"."heads" where "workspace_id" = $1) as "head", (select "hash" from "audit"."heads" where "workspace_id" = $2) as "hash", (select max("seq") as "last" from "audit"."records" where "workspace_id" = $3) as "last";
select "r"."seq", "r"."at", "r"."header", "r"."body_digest" as "bodyDigest", "r"."hash", sha256(b.sealed) as "sealedDigest" from "audit"."records" as "r" left join "audit"."bodies" as "b" on "b"."workspace_id" = "r"."workspace_id" and "b"."seq" = "r"."seq" where "r"."workspace_id" = $1 and "r"."seq" > $2 order by "r"."seq" limit $3;
select "r"."seq", "r"."at", "r"."header", "r"."body_digest" as "bodyDigest", "r"."hash", sha256(b.sealed) as "sealedDigest" from "audit"."records" as "r" left join "audit"."bodies" as "b" on "b"."workspace_id" = "r"."workspace_id" and "b"."seq" = "r"."seq" where "r"."workspace_id" = $1 and "r"."seq" > $2 order by "r"."seq" limit $3;
commit;
