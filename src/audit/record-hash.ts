import { sha256 } from '#kernel'

/** SHA-256 of 'tg1', the hash of the record before, the number as int8, the digest of the sealed body and the header. The layout never changes. */
export function recordHash(
  { seq, bodyDigest, header }: Pick<ChainRow, 'seq' | 'bodyDigest' | 'header'>,
  previous: Buffer,
): Buffer {
  const number = Buffer.alloc(8)
  number.writeBigInt64BE(BigInt(seq))
  return sha256('tg1', previous, number, bodyDigest, header)
}

/** What the first record of a chain follows: SHA-256 of 'tg1' and the workspace, so that no chain can stand for another. */
export function genesis(workspaceId: string): Buffer {
  return sha256('tg1', Buffer.from(workspaceId.replaceAll('-', ''), 'hex'))
}

/** A record as verification reads it. */
export type ChainRow = {
  readonly seq: number
  /** The column, in milliseconds since the epoch. */
  readonly at: number
  readonly header: string
  readonly bodyDigest: Buffer
  readonly hash: Buffer
  /** SHA-256 of the sealed body that is there; null when there is none. */
  readonly sealedDigest: Buffer | null
}
