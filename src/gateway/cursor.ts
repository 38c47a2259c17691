import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError, type Clock, canonicalJson, type Secret } from '#kernel'

/** What a cursor belongs to: it opens for the same grant, tool and arguments only. */
export type CursorOwner = { readonly grant: string; readonly tool: string; readonly arguments: unknown }

/** Seals the platform's cursors, so that an agent can neither read nor make one, nor use one elsewhere. */
export type Cursors = {
  seal(owner: CursorOwner, platformCursor: string): string
  /** Throws `invalid_arguments` for a foreign, changed or old cursor, without saying which. */
  open(owner: CursorOwner, cursor: string): string
}

const LIFETIME_MS = 60 * 60 * 1000
const PREFIX = 'tgc_'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Cursors live one hour; `key` has 32 bytes and is the same on every replica. */
export function createCursors(key: Secret<Buffer>, clock: Clock): Cursors {
  return {
    seal(owner, platformCursor) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key.reveal(), iv, { authTagLength: TAG_BYTES }).setAAD(bound(owner))
      const text = JSON.stringify([clock() + LIFETIME_MS, platformCursor])
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(owner, cursor) {
      const [expires, platformCursor] = unseal(key, owner, cursor)
      if (typeof expires !== 'number' || expires < clock() || typeof platformCursor !== 'string') throw notUsable()
      return platformCursor
    },
  }
}

function unseal(key: Secret<Buffer>, owner: CursorOwner, cursor: string): unknown[] {
  const bytes = Buffer.from(cursor.slice(PREFIX.length), 'base64url')
  if (!cursor.startsWith(PREFIX) || bytes.length <= IV_BYTES + TAG_BYTES) throw notUsable()
  try {
    const iv = bytes.subarray(0, IV_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', key.reveal(), iv, { authTagLength: TAG_BYTES })
      .setAAD(bound(owner))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
    return JSON.parse(text.toString('utf8'))
  } catch (cause) {
    throw notUsable(cause)
  }
}

function bound(owner: CursorOwner): Buffer {
  return Buffer.from(canonicalJson(owner))
}

function notUsable(cause?: unknown): AppError {
  return new AppError(
    'invalid_arguments',
    'This cursor cannot be used here; repeat the search without `cursor` and take the next_cursor that it gives.',
    { field: 'cursor', cause },
  )
}
