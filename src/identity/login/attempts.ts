import type pg from 'pg'
import { type Clock, hmac, type Secret } from '#kernel'

/** What is guessed at: the password of an address, a code of an account, or its password by who is signed in. */
type Target = { readonly kind: 'password' | 'code' | 'current_password'; readonly who: string }

export type Attempts = {
  /** Counts a try before it is looked at; `locked` says that it must not be. */
  take(target: Target): Promise<{ kind: 'go' } | { kind: 'locked'; waitS: number }>
  /** Forgets the tries after one that was right. */
  clear(target: Target): Promise<void>
}

const TRIES = 10
const WINDOW_MS = 15 * 60_000
const LOCK_MS = 15 * 60_000

/**
 * Ten tries in 15 minutes, then none for 15 minutes, counted in the database: the same on every replica and for addresses that
 * nobody has. A try is counted before it is verified, so that tries at once cannot outrun the count.
 */
export function attemptsOf({
  authPool,
  clock,
  secret,
}: {
  authPool: pg.Pool
  clock: Clock
  secret: Secret<Buffer>
}): Attempts {
  const subject = ({ kind, who }: Target) => hmac(secret.reveal(), 'attempts\n', kind, '\n', who)
  return {
    async take(target) {
      const now = clock()
      const times = [now, now + WINDOW_MS, now + LOCK_MS].map((ms) => new Date(ms))
      const { rows } = await authPool.query<{ locked_until: Date | null }>(TAKE, [subject(target), TRIES, ...times])
      const until = rows[0]?.locked_until?.getTime() ?? 0
      return until > now ? { kind: 'locked', waitS: Math.ceil((until - now) / 1000) } : { kind: 'go' }
    },
    async clear(target) {
      await authPool.query('delete from auth.attempts where subject = $1', [subject(target)])
    },
  }
}

/** $3 now, $4 the end of a new window, $5 the end of a lock that begins now. */
const TAKE = `
  insert into auth.attempts as a (subject, failures, first_at, expires_at) values ($1, 1, $3, $4)
  on conflict (subject) do update set
    failures = case when a.expires_at <= $3 then 1 else a.failures + 1 end,
    first_at = case when a.expires_at <= $3 then $3 else a.first_at end,
    locked_until = case
      when a.expires_at <= $3 then null
      when a.locked_until > $3 then a.locked_until
      when a.failures + 1 > $2 then $5 end,
    expires_at = case
      when a.expires_at <= $3 then $4
      when a.locked_until > $3 then a.expires_at
      when a.failures + 1 > $2 then $5
      else a.expires_at end
  returning locked_until`
