import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sha256 } from './digest.ts'

/** What kind of credential a token is (access token, agent key, client secret, operator key, link, invitation); the prefix makes a leaked one recognisable to scanners. */
export type TokenKind = 'at' | 'key' | 'cs' | 'op' | 'ln' | 'in'

const SHAPE = /^tg_(at|key|cs|op|ln|in)_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/

/** A new credential: `tg_<kind>_`, 256 random bits in base64url, and a CRC-32 so that detection is exact. */
export function newToken(kind: TokenKind): string {
  return withChecksum(`tg_${kind}_${randomBytes(32).toString('base64url')}`)
}

/** Whether the text has the shape and checksum of one of our credentials. Says nothing about whether it opens anything. */
export function isToken(text: string, kind: TokenKind): boolean {
  const match = SHAPE.exec(text)
  return match !== null && match[1] === kind && withChecksum(text.slice(0, -8)) === text
}

/** What is stored in place of a token: with 256 random bits a plain SHA-256 cannot be searched. */
export function tokenHash(token: string): Buffer {
  return sha256(token)
}

function withChecksum(body: string): string {
  return body + crc32(body).toString(16).padStart(8, '0')
}
