import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { sha256 } from '#kernel'

/** A signed statement that a chain had this record at its end. One line of `heads.jsonl`. */
export type SignedHead = {
  readonly workspace: string
  readonly seq: number
  /** Hash of that record, hex. */
  readonly hash: string
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string
  /** The key id of C2SP signed-note, hex. */
  readonly key_id: string
  /** Ed25519 (RFC 8032) over the note text, base64. */
  readonly signature: string
}

type Claim = Pick<SignedHead, 'workspace' | 'seq' | 'hash' | 'time'>

const KEY_NAME = 'tillgate'

/**
 * The text that is signed, as C2SP tlog-checkpoint lays it out: origin, size, hash in base64, then the time as an
 * extension line. The hash is that of a chain, not of a tree, and the origin says so.
 */
export function noteText({ workspace, seq, hash, time }: Claim): string {
  return `tillgate/chain/${workspace}\n${seq}\n${Buffer.from(hash, 'hex').toString('base64')}\ntime ${time}\n`
}

/** Signs the claim with an Ed25519 private key. */
export function signHead(claim: Claim, signingKey: KeyObject): SignedHead {
  const signature = sign(null, Buffer.from(noteText(claim)), signingKey).toString('base64')
  const { workspace, seq, hash, time } = claim
  return { workspace, seq, hash, time, key_id: keyId(signingKey), signature }
}

/** Whether the key signed exactly this head. */
export function isSignedBy(head: SignedHead, key: KeyObject): boolean {
  if (head.key_id !== keyId(key)) return false
  return verify(null, Buffer.from(noteText(head)), key, Buffer.from(head.signature, 'base64'))
}

const shape = z.strictObject({
  workspace: z.guid(),
  seq: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.string().regex(/^[0-9T:.Z-]{20,24}$/),
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
  signature: z.base64(),
})

/** The head on a line of the file; undefined for a line that a crash has cut off or that is no head. */
export function parseHead(line: string): SignedHead | undefined {
  try {
    return shape.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

const ids = new WeakMap<KeyObject, string>()

/** C2SP signed-note: the first four bytes of SHA-256(name, 0x0A, 0x01, public key). */
function keyId(key: KeyObject): string {
  const known = ids.get(key)
  if (known !== undefined) return known
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const id = sha256(KEY_NAME, Buffer.of(0x0a, 0x01), raw).subarray(0, 4).toString('hex')
  ids.set(key, id)
  return id
}
