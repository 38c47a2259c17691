import type { LoginSession } from '#identity'
import type { Route } from './route.ts'

/** How long a second factor counts as fresh, in milliseconds. */
export const FRESH_MS = 10 * 60_000

export type Verdict = 'pass' | 'sign_in' | 'second_factor'

/** Whether a session is enough for a route; seat and membership are judged inside the workspace. */
export function judge(needs: Route['needs'], session: LoginSession | undefined, now: number): Verdict {
  if (needs === 'nothing') return 'pass'
  if (session === undefined) return 'sign_in'
  if (needs === 'session') return 'pass'
  if (session.mfaAt === null) return 'second_factor'
  const isFresh = now - session.mfaAt.getTime() < FRESH_MS
  return isFresh || needs === 'second_factor' || needs === 'member' ? 'pass' : 'second_factor'
}
