/**
 * What a sealed value belongs to. It is bound into the wrapping of the data key and into the seal,
 * so that a value moved to another workspace, purpose or subject does not open.
 */
export type KeyContext = {
  workspace: string
  /** What the value is for, e.g. `credential` or `audit-body`. */
  purpose: string
  /** The one thing it belongs to, e.g. a store id. */
  subject?: string
}

/**
 * Makes and unwraps data keys under a master key that it does not give away.
 * The buffers it returns belong to the vault, which overwrites them. What it throws reaches the operator, never a caller.
 */
export type KeyProvider = {
  /** A new data key of 32 bytes, in clear and wrapped for this context; wrapped it has at most 65,535 bytes. */
  generateDataKey(context: KeyContext): Promise<{ plain: Buffer; wrapped: Buffer }>
  /** The data key in clear. Rejects when the master key is not there, or wrapped bytes and context do not belong together. */
  unwrap(wrapped: Buffer, context: KeyContext): Promise<Buffer>
}

/** The context with exactly its known members, so that a stray one cannot change what it stands for. */
export function knownContext({ workspace, purpose, subject }: KeyContext): KeyContext {
  return subject === undefined ? { workspace, purpose } : { workspace, purpose, subject }
}
