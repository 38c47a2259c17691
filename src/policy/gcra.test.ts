import { describe, expect, it } from 'vitest'
import { gcra } from './gcra.ts'

/** How many of `calls` at the given times pass. */
function passes(rate: { perSecond: number; burst: number }, times: number[]): number {
  let due: number | undefined
  let passed = 0
  for (const now of times) {
    const decision = gcra(rate, due, now)
    if (decision.kind !== 'pass') continue
    due = decision.due
    passed += 1
  }
  return passed
}

describe('the rate limit', () => {
  it('passes the burst and then asks to wait one interval', () => {
    expect(passes({ perSecond: 10, burst: 5 }, Array(20).fill(1_000))).toBe(5)
    const full = 1_000 + 5 * 100
    expect(gcra({ perSecond: 10, burst: 5 }, full, 1_000)).toEqual({ kind: 'wait', waitMs: 100 })
  })

  it('passes again after the wait that it named', () => {
    expect(gcra({ perSecond: 10, burst: 5 }, 1_500, 1_100).kind).toBe('pass')
  })

  it('lets the sustained rate through, and the burst once', () => {
    const everyMs = Array.from({ length: 2_000 }, (_, index) => index)
    expect(passes({ perSecond: 100, burst: 20 }, everyMs)).toBeGreaterThanOrEqual(218)
    expect(passes({ perSecond: 100, burst: 20 }, everyMs)).toBeLessThanOrEqual(220)
  })

  it('does not save up for those who were away', () => {
    expect(gcra({ perSecond: 1, burst: 1 }, 0, 1_000_000)).toEqual({ kind: 'pass', due: 1_001_000 })
  })
})
