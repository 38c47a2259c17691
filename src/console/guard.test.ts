import { describe, expect, it } from 'vitest'
import type { LoginSession } from '#identity'
import { FRESH_MS, judge, type Verdict } from './guard.ts'
import type { Route } from './route.ts'

const NOW = Date.parse('2026-11-25T10:00:00Z')
const account = { accountId: 'a', email: 'a@example.test', name: 'A' }
const session = (mfaAt: number | null): LoginSession => ({
  sessionId: 's',
  hash: 'h',
  account,
  mfaAt: mfaAt === null ? null : new Date(mfaAt),
  createdAt: new Date(NOW),
})

const sessions = {
  none: undefined,
  password: session(null),
  stale: session(NOW - FRESH_MS),
  fresh: session(NOW - FRESH_MS + 1),
}

const table: readonly { needs: Route['needs']; verdicts: readonly Verdict[] }[] = [
  { needs: 'nothing', verdicts: ['pass', 'pass', 'pass', 'pass'] },
  { needs: 'session', verdicts: ['sign_in', 'pass', 'pass', 'pass'] },
  { needs: 'second_factor', verdicts: ['sign_in', 'second_factor', 'pass', 'pass'] },
  { needs: 'member', verdicts: ['sign_in', 'second_factor', 'pass', 'pass'] },
  { needs: 'fresh', verdicts: ['sign_in', 'second_factor', 'second_factor', 'pass'] },
  { needs: 'fresh_member', verdicts: ['sign_in', 'second_factor', 'second_factor', 'pass'] },
]

describe('a page', () => {
  it.each(table)('that needs $needs says $verdicts to nobody, a password, an old and a fresh second factor', (row) => {
    expect(Object.values(sessions).map((each) => judge(row.needs, each, NOW))).toEqual(row.verdicts)
  })
})
