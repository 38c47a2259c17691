import type { Db } from './transaction.ts'

/** better-auth's row of the credential; the link or the old password has proved whose it is. */
export async function setPassword(db: Db, accountId: string, hash: string): Promise<void> {
  await db.query(
    `insert into auth.passwords (id, user_id, account_id, provider_id, password)
     values (gen_random_uuid(), $1::uuid, $1::text, 'credential', $2)
     on conflict (user_id, provider_id) do update set password = excluded.password, updated_at = now()`,
    [accountId, hash],
  )
}

/** Whether this very hash is still the account's. */
export async function isPassword(db: Db, accountId: string, hash: string): Promise<boolean> {
  const { rowCount } = await db.query('select from auth.passwords where user_id = $1 and password = $2', [
    accountId,
    hash,
  ])
  return rowCount === 1
}
