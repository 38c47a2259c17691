import type pg from 'pg'
import { type Secret, tokenHash } from '#kernel'
import { endFamilies } from './families.ts'

/** Keeps the hash of a machine agent's secret beside those that it has. */
export async function storeSecret(
  authPool: pg.Pool,
  { clientId, secret }: { clientId: string; secret: Secret },
): Promise<void> {
  await authPool.query('insert into auth.client_secrets (client_id, hash) values ($1, $2)', [
    clientId,
    tokenHash(secret.reveal()),
  ])
}

/** Adds a secret and lets those before end after `overlapSeconds`; what ends sooner stays so. */
export async function rotateSecret(
  authPool: pg.Pool,
  { clientId, secret, overlapSeconds }: { clientId: string; secret: Secret; overlapSeconds: number },
): Promise<void> {
  await authPool.query(
    `with ending as (
       update auth.client_secrets
       set expires_at = least(coalesce(expires_at, 'infinity'), now() + make_interval(secs => $3))
       where client_id = $1)
     insert into auth.client_secrets (client_id, hash) values ($1, $2)`,
    [clientId, tokenHash(secret.reveal()), overlapSeconds],
  )
}

/** Deletes the tokens of these grants and the secrets of this client, in one statement. */
export async function endCredentials(
  authPool: pg.Pool,
  { clientId, grantIds }: { clientId: string; grantIds: readonly string[] },
): Promise<void> {
  await authPool.query(
    `with tokens as (delete from auth.access_tokens where grant_id = any($2::uuid[]))
     delete from auth.client_secrets where client_id = $1`,
    [clientId, grantIds],
  )
}

/** Deletes every token, code and answer that stands on these grants; call it when what ended them is committed. */
export async function endTokensOfGrants(authPool: pg.Pool, grantIds: readonly string[]): Promise<void> {
  if (grantIds.length === 0) return
  await endFamilies(authPool, { by: 'grant_id', values: grantIds })
  // Tokens of machine agents, which have no Grant of the authorization server.
  await authPool.query('delete from auth.access_tokens where grant_id = any($1::uuid[])', [grantIds])
}
