import { type Clock, canonicalJson, randomBytesPooled, Secret } from '#kernel'
import { type DataKey, type HeldKey, holdKey } from './data-key.ts'
import { OVERHEAD, openUnder, type Random, sealUnder } from './envelope.ts'
import { keyFailure } from './failure.ts'
import { keyCache } from './key-cache.ts'
import { type KeyContext, type KeyProvider, knownContext } from './key-provider.ts'

const VERSION = 1
const WRAPPED_MAX = 65_535

/**
 * Seals and opens values under data keys of its own. Every refusal is the same AppError `unavailable`,
 * whatever was wrong; the reason is its cause.
 */
export type Vault = {
  /**
   * Seals one value under a fresh data key:
   * `version 1 | wrapped length 2 (big endian) | wrapped | salt 16 | commitment 32 | iv 12 | tag 16 | ciphertext`.
   */
  seal(context: KeyContext, plaintext: Buffer | string): Promise<Buffer>
  /** Opens what `seal` gave for the same context. */
  open(context: KeyContext, blob: Buffer): Promise<Secret<Buffer>>
  /** A data key for many small values, kept open for the calls that follow. Store `wrapped` beside what it seals. */
  newDataKey(context: KeyContext): Promise<{ wrapped: Buffer }>
  /** The data key of `newDataKey`, from memory or by the provider; many askers at once make one opening. */
  dataKey(context: KeyContext, wrapped: Buffer): Promise<DataKey>
  /** The data key if it is open already: the hot path, no promise and no I/O. */
  cachedDataKey(context: KeyContext, wrapped: Buffer): DataKey | undefined
  /** Wipes every opened key. */
  close(): void
}

type Parts = { provider: KeyProvider; clock: Clock; random?: Random }

/** Opened data keys stay in memory for at most 60 s, at most 1000 of them, and are overwritten when they leave. */
export function createVault({ provider, clock, random = randomBytesPooled }: Parts): Vault {
  const cache = keyCache(clock)
  const opening = new Map<string, Promise<HeldKey>>()

  const unwrap = async (id: string, context: KeyContext, wrapped: Buffer) => {
    try {
      const held = holdKey(await provider.unwrap(wrapped, knownContext(context)), random)
      cache.put(id, held)
      return held
    } catch (cause) {
      throw keyFailure(cause)
    } finally {
      opening.delete(id)
    }
  }
  const held = (context: KeyContext, wrapped: Buffer): HeldKey | Promise<HeldKey> => {
    const id = cacheId(context, wrapped)
    const known = cache.get(id) ?? opening.get(id)
    if (known) return known
    const promise = unwrap(id, context, wrapped)
    opening.set(id, promise)
    return promise
  }
  return {
    seal: (context, plaintext) => sealOnce({ provider, context, random }, plaintext),
    async open(context, blob) {
      const { wrapped, header, body } = parse(context, blob)
      const { bytes } = await held(context, wrapped)
      return new Secret(refusing(() => openUnder(bytes, header, body)))
    },
    async newDataKey(context) {
      const { plain, wrapped } = await generate(provider, context)
      cache.put(cacheId(context, wrapped), holdKey(plain, random))
      return { wrapped }
    },
    dataKey: async (context, wrapped) => (await held(context, wrapped)).key,
    cachedDataKey: (context, wrapped) => cache.get(cacheId(context, wrapped))?.key,
    close: cache.close,
  }
}

async function sealOnce(
  { provider, context, random }: { provider: KeyProvider; context: KeyContext; random: Random },
  plaintext: Buffer | string,
): Promise<Buffer> {
  const { plain, wrapped } = await generate(provider, context)
  try {
    const front = Buffer.concat([prefix(wrapped.length), wrapped])
    const body = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext
    return Buffer.concat([front, sealUnder(plain, bound(front, context), body, random)])
  } finally {
    plain.fill(0)
  }
}

async function generate(provider: KeyProvider, context: KeyContext): Promise<{ plain: Buffer; wrapped: Buffer }> {
  try {
    const made = await provider.generateDataKey(knownContext(context))
    if (made.plain.length !== 32) throw new Error('the key provider gave a data key that has not 32 bytes')
    if (made.wrapped.length > WRAPPED_MAX) throw new Error('the key provider gave a wrapped key that is too long')
    return made
  } catch (cause) {
    throw keyFailure(cause)
  }
}

function parse(context: KeyContext, blob: Buffer): { wrapped: Buffer; header: Buffer; body: Buffer } {
  return refusing(() => {
    if (blob.length < 3 || blob[0] !== VERSION) throw new Error('this is not a sealed value of version 1')
    const bodyAt = 3 + blob.readUInt16BE(1)
    if (blob.length < bodyAt + OVERHEAD) throw new Error('the sealed value is cut off')
    const header = bound(blob.subarray(0, bodyAt), context)
    return { wrapped: blob.subarray(3, bodyAt), header, body: blob.subarray(bodyAt) }
  })
}

function prefix(wrappedLength: number): Buffer {
  return Buffer.of(VERSION, wrappedLength >> 8, wrappedLength & 0xff)
}

/** What the seal authenticates beside the ciphertext: everything before the body, and the context. */
function bound(front: Buffer, context: KeyContext): Buffer {
  return Buffer.concat([front, Buffer.from(canonicalJson(knownContext(context)))])
}

/** The wrapped key and the context as they are: what the cache holds, holds the opened key anyway. */
function cacheId({ workspace, purpose, subject = '' }: KeyContext, wrapped: Buffer): string {
  return `${JSON.stringify([workspace, purpose, subject])}${wrapped.toString('latin1')}`
}

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw keyFailure(cause)
  }
}
