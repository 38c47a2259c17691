import type pg from 'pg'

/** Which Grants of the authorization server: by their own id, by the standing grant behind them, or by their client. */
type Families = {
  by: 'provider_grant_id' | 'grant_id' | 'client_id'
  values: readonly string[]
}

/**
 * Ends Grants of the authorization server with all their codes, tokens and kept answers; the standing grants behind
 * them live on. Gives the number of Grants.
 */
export async function endFamilies(authPool: pg.Pool, families: Families): Promise<number> {
  const client = await authPool.connect()
  let failed = true
  try {
    await client.query('begin')
    const ended = await endIn(client, families)
    await client.query('commit')
    failed = false
    return ended
  } finally {
    // Closing the connection is the surest way back from a broken transaction.
    client.release(failed)
  }
}

/**
 * The Grants go first, in a statement of their own: who writes a token holds the row of its Grant, so that the second
 * statement sees every token that was written before.
 */
async function endIn(client: pg.PoolClient, { by, values }: Families): Promise<number> {
  const { rows } = await client.query<{ provider_grant_id: string; grant_id: string }>(
    `delete from auth.provider_grants where provider_grant_id in (
       select provider_grant_id from auth.provider_grants where ${by}::text = any($1::text[]) order by 1 for update)
     returning provider_grant_id, grant_id`,
    [values],
  )
  const ended = rows.map((row) => row.provider_grant_id)
  // A Grant without a row here is one that was never tied to a grant of ours.
  const all = by === 'provider_grant_id' ? [...new Set([...ended, ...values])] : ended
  await client.query(
    `with tokens as (
       delete from auth.access_tokens where grant_id = any($2::uuid[]) and payload ->> 'grantId' = any($1::text[])),
     replays as (delete from auth.refresh_replays where provider_grant_id = any($1::text[]))
     delete from auth.oidc_models where grant_id = any($1::text[])`,
    [all, rows.map((row) => row.grant_id)],
  )
  return rows.length
}
