import { createHash, createHmac, hash as digestOf, timingSafeEqual } from 'node:crypto'

/** SHA-256 of the parts, one after another. */
export function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const [only] = parts
  // One call into the library costs half of three.
  if (only !== undefined && parts.length === 1) return digestOf('sha256', only, 'buffer')
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** HMAC-SHA-256 (RFC 2104) of the parts under a key. */
export function hmac(key: Uint8Array, ...parts: (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** Whether two byte strings are equal, in time that does not depend on where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
