import { OIDCProviderError } from 'oidc-provider/lib/helpers/errors.js'
import type pg from 'pg'

/** Runs one statement as `tillgate_auth`. A failure becomes 503 `temporarily_unavailable`, its reason the cause. */
export type Query = <R extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[],
) => Promise<pg.QueryResult<R>>

export function queryOf(authPool: pg.Pool): Query {
  return (text, values) => authPool.query(text, [...values]).catch(unavailable)
}

/** What a failure of the database is for a client. */
export function unavailable(cause: unknown): never {
  throw new OIDCProviderError(503, 'temporarily_unavailable', { cause, detail: 'the database did not answer' })
}
