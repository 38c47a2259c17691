import { hmac } from '#kernel'
import { openUnder, type Random, sealUnder } from './envelope.ts'
import { keyFailure } from './failure.ts'

const VERSION = Buffer.of(1)

/**
 * An opened data key for many small values. Use it in the turn in which you received it and do not keep it:
 * it is wiped at most 60 s after it was opened, and then throws AppError `unavailable`.
 */
export type DataKey = {
  /** `version 1 | salt 16 | commitment 32 | iv 12 | tag 16 | ciphertext`; the header is bound, not stored. */
  seal(header: string, plaintext: Buffer | string): Buffer
  /** Throws AppError `unavailable` on another key, another header or any changed byte. */
  open(header: string, blob: Buffer): Buffer
  /** HMAC-SHA-256 (32 bytes) under a key derived for this use; each part is framed by its length, so `ab, c` is not `a, bc`. */
  mac(...parts: (string | Uint8Array)[]): Buffer
}

/** A data key and how to wipe it. */
export type HeldKey = { key: DataKey; bytes: Buffer; wipe(): void }

/** Takes over the 32 bytes: `wipe()` overwrites them, after which the key refuses. */
export function holdKey(bytes: Buffer, random: Random): HeldKey {
  if (bytes.length !== 32) throw new Error(`a data key has 32 bytes, not ${bytes.length}`)
  let macKey: Buffer | undefined
  let wiped = false
  const live = () => {
    if (wiped) throw keyFailure(new Error('the data key was used after it had been wiped'))
    return bytes
  }
  const key: DataKey = {
    seal(header, plaintext) {
      const body = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext
      return Buffer.concat([VERSION, sealUnder(live(), bound(header), body, random)])
    },
    open: (header, blob) => openBody(live(), header, blob),
    mac(...parts) {
      macKey ??= hmac(live(), 'mac')
      live()
      return hmac(macKey, ...parts.flatMap(framed))
    },
  }
  const wipe = () => {
    wiped = true
    bytes.fill(0)
    macKey?.fill(0)
  }
  return { key, bytes, wipe }
}

function openBody(bytes: Buffer, header: string, blob: Buffer): Buffer {
  try {
    if (blob[0] !== VERSION[0]) throw new Error('this is not a sealed body of version 1')
    return openUnder(bytes, bound(header), blob.subarray(1))
  } catch (cause) {
    throw keyFailure(cause)
  }
}

function bound(header: string): Buffer {
  return Buffer.concat([VERSION, Buffer.from(header)])
}

function framed(part: string | Uint8Array): (string | Uint8Array)[] {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(Buffer.byteLength(part))
  return [length, part]
}
