import { createCipheriv, createDecipheriv } from 'node:crypto'
import { hmac, sameBytes } from '#kernel'

/** Gives so many random bytes; passed in so that the published vectors can be made again. */
export type Random = (size: number) => Buffer

const SALT = 16
const COMMITMENT = 32
const IV = 12
const TAG = 16

/** How many bytes a sealed value has more than its plaintext. */
export const OVERHEAD = SALT + COMMITMENT + IV + TAG

/**
 * AES-256-GCM (NIST SP 800-38D) under a key derived for this one value, with a commitment to key and header:
 * `salt 16 | commitment 32 | iv 12 | tag 16 | ciphertext`. The header is authenticated and not stored.
 * Without the commitment a ciphertext could be made that opens under two keys.
 */
export function sealUnder(key: Buffer, header: Buffer, plaintext: Buffer, random: Random): Buffer {
  const salt = random(SALT)
  const iv = random(IV)
  const cipher = createCipheriv('aes-256-gcm', hmac(key, 'enc', salt, header), iv, { authTagLength: TAG })
  cipher.setAAD(header)
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  return Buffer.concat([salt, hmac(key, 'commit', salt, header), iv, cipher.getAuthTag(), ciphertext])
}

/** The plaintext, in a buffer of its own. Throws on a wrong key, a wrong header and any changed byte. */
export function openUnder(key: Buffer, header: Buffer, blob: Buffer): Buffer {
  if (blob.length < OVERHEAD) throw new Error('the sealed value is cut off')
  const salt = blob.subarray(0, SALT)
  const commitment = blob.subarray(SALT, SALT + COMMITMENT)
  if (!sameBytes(hmac(key, 'commit', salt, header), commitment))
    throw new Error('the key or the context is another one')
  const iv = blob.subarray(SALT + COMMITMENT, OVERHEAD - TAG)
  const decipher = createDecipheriv('aes-256-gcm', hmac(key, 'enc', salt, header), iv, { authTagLength: TAG })
  decipher.setAAD(header).setAuthTag(blob.subarray(OVERHEAD - TAG, OVERHEAD))
  const plaintext = decipher.update(blob.subarray(OVERHEAD))
  try {
    decipher.final()
  } catch (cause) {
    plaintext.fill(0)
    throw new Error('the sealed value was changed', { cause })
  }
  return plaintext
}
