import { describe, expect, it } from 'vitest'
import { relative, when } from './when.ts'

const now = Date.parse('2026-11-25T12:00:00Z')
const at = (secondsAway: number) => new Date(now + secondsAway * 1000)

describe('a time', () => {
  it.each([
    [-5, 'just now'],
    [5, 'in less than a minute'],
    [-90, '1 minute ago'],
    [-3 * 3_600, '3 hours ago'],
    [-86_400, 'yesterday'],
    [90 * 86_400, 'in 90 days'],
    [90 * 86_400 - 5, 'in 90 days'],
    [-2 * 86_400 + 5, 'yesterday'],
    [-400 * 86_400, '400 days ago'],
  ])('%i seconds away is said as people do', (seconds, said) => {
    expect(relative(at(seconds), now)).toBe(said)
  })

  it('has the exact time on hover', () => {
    expect(`${when(at(-90), now)}`).toContain('title="2026-11-25 11:58 UTC"')
  })
})
