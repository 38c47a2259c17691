import type pg from 'pg'

/** better-auth's row of the credential; the link or the old password has proved whose it is. */
export async function setPassword(db: Pick<pg.Pool, 'query'>, accountId: string, hash: string): Promise<void> {
  await db.query(
    `insert into auth.passwords (id, user_id, account_id, provider_id, password)
     values (gen_random_uuid(), $1::uuid, $1::text, 'credential', $2)
     on conflict (user_id, provider_id) do update set password = excluded.password, updated_at = now()`,
    [accountId, hash],
  )
}
