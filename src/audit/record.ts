import { canonicalJson, sha256 } from '#kernel'
import type { DataKey } from '#vault'

/** The chain of the instance itself: what was refused before a workspace was known. */
export const INSTANCE_CHAIN = '00000000-0000-0000-0000-000000000000'

/**
 * What a record says in the open: ids, codes, counts and keyed digests, never anything personal and never text that
 * a caller chose. It is hashed for good and cannot be erased.
 */
export type RecordHeader = {
  readonly v: 1
  readonly kind: 'call' | 'refusal' | 'admin' | 'instance'
  /** Of the request, or of the folded record; also what joins the record to the log. */
  readonly request: string
  /** Milliseconds since the epoch. It stands here, and not only in the column, so that the hash covers it. */
  readonly at: number
  readonly agent?: string | undefined
  readonly account?: string | undefined
  /** `operator:<os user>` for commands on the host. */
  readonly operator?: string | undefined
  readonly grant?: string | undefined
  readonly client?: string | undefined
  /** `<role id>:<version>`. */
  readonly role?: string | undefined
  readonly tool?: string | undefined
  readonly store?: string | undefined
  /** What a person or command did, for `admin` and `instance`, e.g. `agent.create`. */
  readonly action?: string | undefined
  /** The id of what it was done to. */
  readonly subject?: string | undefined
  readonly outcome: 'ok' | 'refused' | 'failed'
  /** The step of the way of a call that said no. */
  readonly step?: string | undefined
  /** Milliseconds by step. */
  readonly steps?: Readonly<Record<string, number>> | undefined
  readonly code?: string | undefined
  /** What the caller is not told: a fixed word or sentence. */
  readonly reason?: string | undefined
  readonly rows?: number | undefined
  readonly ms?: number | undefined
  /** Keyed digest of the arguments in hex; a plain one could be searched. */
  readonly arguments?: string | undefined
  readonly policy?: string | undefined
  readonly catalogue?: string | undefined
  /** How many leaves were shown by treatment. */
  readonly shown?: Readonly<Record<string, number>> | undefined
  readonly unknown_fields?: number | undefined
  readonly withheld?: number | undefined
  /** The agent was shown strangers' text by this call. */
  readonly tainted?: true | undefined
  /** The agent, or the account behind it, was tainted before this call. */
  readonly tainted_before?: true | undefined
  /** For folded refusals: how many, and the first and last of them in milliseconds since the epoch. */
  readonly count?: number | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** What may be personal or erased: sealed beside the record, with a retention of its own. */
export type RecordBody = {
  /** Masked or pseudonymised. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  /** Network address of the caller. */
  readonly address?: string | undefined
  readonly text?: string | undefined
}

/** The header as it is stored and hashed. */
export function headerText(header: RecordHeader): string {
  return canonicalJson(header)
}

/** The sealed body; it opens with the same data key for exactly this header (`key.open(text, sealed)`). */
export function sealBody(key: DataKey, text: string, body: RecordBody): Buffer {
  return key.seal(text, canonicalJson(body))
}

/** The body digest of a record without body is that of zero bytes: `e3b0c442…b855`. */
export const EMPTY_DIGEST = sha256()
