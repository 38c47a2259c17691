import { randomBytes } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { holdKey } from './data-key.ts'
import { keyCache } from './key-cache.ts'

afterEach(() => vi.useRealTimers())

it('wipes a key after 60 s although nobody asks for it any more', async () => {
  vi.useFakeTimers()
  const cache = keyCache(Date.now)
  const [first, second] = [randomBytes(32), randomBytes(32)]
  cache.put('first', holdKey(first, randomBytes))
  await vi.advanceTimersByTimeAsync(30_000)
  cache.put('second', holdKey(second, randomBytes))
  await vi.advanceTimersByTimeAsync(30_001)
  expect(first.every((byte) => byte === 0)).toBe(true)
  expect(second.every((byte) => byte === 0)).toBe(false)
  await vi.advanceTimersByTimeAsync(30_001)
  expect(second.every((byte) => byte === 0)).toBe(true)
})

it('forgets a key when the clock goes back', () => {
  let now = 1000
  const cache = keyCache(() => now)
  cache.put('key', holdKey(randomBytes(32), randomBytes))
  now = 999
  expect(cache.get('key')).toBeUndefined()
})

it('keeps nothing after it was closed', async () => {
  const cache = keyCache(() => 0)
  cache.close()
  const bytes = randomBytes(32)
  cache.put('key', holdKey(bytes, randomBytes))
  await new Promise((resolve) => setImmediate(resolve))
  expect(cache.get('key')).toBeUndefined()
  expect(bytes.every((byte) => byte === 0)).toBe(true)
})
