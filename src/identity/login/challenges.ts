import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { type Clock, tokenHash } from '#kernel'

type Purpose = 'sign_in' | 'add' | 'confirm'

const LIFETIME_MS = 5 * 60_000

/** Challenges of WebAuthn, each for one purpose and account, good once within five minutes. */
export function challengesOf({ authPool, clock }: { authPool: pg.Pool; clock: Clock }) {
  return {
    /** Keeps the challenge; gives the state with which the browser comes back. */
    async keep(challenge: string, purpose: Purpose, accountId: string | null): Promise<string> {
      const state = randomBytes(32).toString('base64url')
      await authPool.query(
        'insert into auth.challenges (hash, purpose, account_id, challenge, expires_at) values ($1, $2, $3, $4, $5)',
        [tokenHash(state), purpose, accountId, challenge, new Date(clock() + LIFETIME_MS)],
      )
      return state
    },
    /** The challenge of the state, once; undefined for another purpose or account, or when the time is over. */
    async take(state: string, purpose: Purpose, accountId: string | null): Promise<string | undefined> {
      const { rows } = await authPool.query<{ challenge: string }>(
        `delete from auth.challenges where hash = $1 and purpose = $2 and account_id is not distinct from $3 and expires_at > $4
         returning challenge`,
        [tokenHash(state), purpose, accountId, new Date(clock())],
      )
      return rows[0]?.challenge
    },
  }
}
