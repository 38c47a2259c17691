import { OIDCProviderError } from 'oidc-provider/lib/helpers/errors.js'
import type pg from 'pg'

/** Runs one statement as `tillgate_auth`. A failure becomes 503 `temporarily_unavailable`, its reason the cause. */
export type Query = <R extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[],
) => Promise<pg.QueryResult<R>>

export function queryOf(authPool: pg.Pool): Query {
  return async (text, values) => {
    try {
      return await authPool.query(text, [...values])
    } catch (cause) {
      throw new OIDCProviderError(503, 'temporarily_unavailable', { cause, detail: 'the database did not answer' })
    }
  }
}
