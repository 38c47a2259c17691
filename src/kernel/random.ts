import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 8192
const pool = Buffer.allocUnsafeSlow(POOL_BYTES)
let used = POOL_BYTES

/**
 * Random bytes of the operating system's generator, at most 1 KiB at once. Small requests are served from a pool that is
 * filled in one call, since each call costs more than the bytes; what was handed out is wiped from the pool.
 */
export function randomBytesPooled(size: number): Buffer {
  if (size > 1024) throw new RangeError('at most 1024 random bytes at once')
  if (used + size > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + size))
  pool.fill(0, used, used + size)
  used += size
  return bytes
}
