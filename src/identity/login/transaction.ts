import type pg from 'pg'
import { AppError } from '#kernel'
import type { LoginSession } from './login.ts'

/** A pool or a connection of it. */
export type Db = Pick<pg.PoolClient, 'query'>

export async function inTransaction<T>(authPool: pg.Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await authPool.connect()
  let isBroken = true
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    isBroken = false
    return result
  } catch (error) {
    await client.query('rollback')
    isBroken = false
    throw error
  } finally {
    client.release(isBroken)
  }
}

/**
 * Whatever changes or uses up what protects an account holds this, so that a reset and a sign-in at the same moment come one
 * after the other. Not `for update`: that would also hold up the insert of a session.
 */
export async function lockAccount(db: Db, accountId: string): Promise<void> {
  await db.query('select from auth.accounts where id = $1 for no key update', [accountId])
}

/** Runs the work in a transaction that holds the account, with the session known to be live. Throws AppError `not_allowed` where it ended. */
export function inSession<T>(authPool: pg.Pool, session: LoginSession, work: (db: Db) => Promise<T>): Promise<T> {
  return inTransaction(authPool, async (db) => {
    await lockAccount(db, session.account.accountId)
    const live = await db.query('select from auth.sessions where id = $1 and token = $2 and expires_at > now()', [
      session.sessionId,
      session.hash,
    ])
    if (live.rowCount !== 1) throw new AppError('not_allowed', 'This session has ended: load the page again.')
    return work(db)
  })
}
