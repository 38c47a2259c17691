import { describe, expect, it } from 'vitest'
import { AppError } from '#kernel'
import { createLimiter } from './limiter.ts'

function refusalOf(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('it passed')
}

describe('the limiter', () => {
  it('tells how many seconds to wait', () => {
    const limiter = createLimiter(() => 0)
    const rate = { perSecond: 0.5, burst: 1 }
    limiter.take('a', rate)
    expect(refusalOf(() => limiter.take('a', rate))).toMatchObject({ code: 'rate_limited', retryAfterS: 2 })
  })

  it('keeps keys apart', () => {
    const limiter = createLimiter(() => 0)
    const rate = { perSecond: 1, burst: 1 }
    limiter.take('a', rate)
    expect(() => limiter.take('b', rate)).not.toThrow()
  })

  it('bounds the calls under way, and a call ends only once', () => {
    const limiter = createLimiter(() => 0)
    const first = limiter.occupy('a', 2)
    limiter.occupy('a', 2)
    expect(refusalOf(() => limiter.occupy('a', 2)).code).toBe('rate_limited')
    first()
    first()
    limiter.occupy('a', 2)
    expect(refusalOf(() => limiter.occupy('a', 2)).code).toBe('rate_limited')
  })
})
