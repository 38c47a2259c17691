import type { AnswerOf, ArgumentsOf, Platform, StoreMode, StoreToolName } from '#commerce'
import type { Secret } from '#kernel'

/** A store with its opened credential, for the length of one call. */
export type OpenStore = {
  readonly id: string
  readonly handle: string
  readonly name: string
  readonly mode: StoreMode
  readonly currency: string
  /** Where the platform's API of this shop answers, e.g. `https://harbour.myshopify.com`. */
  readonly origin: string
  /** The credential as it was sealed: JSON of the connector's own shape. */
  readonly credential: Secret
  /** Changes whenever the credential changes; a connector may keep what it derives from one version. */
  readonly credentialVersion: number
}

/** One call of a store tool, seen from the connector. */
export type StoreCall<Name extends StoreToolName> = {
  readonly store: OpenStore
  /** The checked arguments; `cursor` is the platform's own, already opened. */
  readonly input: Omit<ArgumentsOf<Name>, 'store'>
  /** When the answer must be there, in milliseconds since the epoch. Waiting for a throttle counts. */
  readonly deadline: number
}

/** What the connector gives back: vocabulary, not yet screened. */
export type StoreAnswer<Name extends StoreToolName> = {
  readonly value: AnswerOf<Name>
  /** The platform's own cursor of the next page. */
  readonly nextCursor?: string
  /** How many fields the platform sent that the connector does not know; they were dropped. */
  readonly unknownFields: number
}

/** One tool of one platform, bound by hand to one endpoint and one field list. */
export type StoreTool<Name extends StoreToolName> = (call: StoreCall<Name>) => Promise<StoreAnswer<Name>>

/** The code that speaks to one platform. It never sees the database or the vault. */
export type Connector = {
  readonly platform: Platform
  readonly tools: { readonly [Name in StoreToolName]?: StoreTool<Name> }
  /** What the platform still lets be asked of a store, as it said with its last answer; undefined before one. */
  readonly budgetOf: (storeId: string) => Budget | undefined
}

/** `left` of `of` points at that moment (milliseconds since the epoch), and how many come back a second. */
export type Budget = { readonly left: number; readonly of: number; readonly perSecond: number; readonly at: number }
