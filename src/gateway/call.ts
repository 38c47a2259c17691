import type { Scope, Tool } from '#commerce'
import { AppError } from '#kernel'
import type { RoleDefinition } from '#policy'
import type { Screened } from '#screen'
import type { Entry, StoreRow } from '#store'

/** Who knocked, as the authenticate step found out in one committed read. */
export type Visitor = {
  readonly entry: Entry
  readonly role: RoleDefinition
  /** The stores of the grant; for a call on one store, that store alone. */
  readonly stores: readonly StoreRow[]
  /** The network address of the client, for limits and the sealed part of the record. */
  readonly address: string
}

/** One tool call on its way through the steps; each step fills in what it found. */
export type Call = {
  readonly request: string
  readonly visitor: Visitor
  readonly toolName: string
  readonly rawArguments: unknown
  readonly startedAt: number
  /** Milliseconds of each step so far. */
  readonly spent: Record<string, number>
  step: string
  tool?: Tool
  /** The store that the call is for, once it is known to be one of the grant's. */
  store?: StoreRow
  /** The checked arguments without the cursor. */
  input?: Record<string, unknown>
  platformCursor?: string
  answer?: { readonly value: unknown; readonly nextCursor?: string; readonly unknownFields: number }
  screened?: Screened
  receipt?: { record: number; hash: string }
  release?: () => void
}

/** What an earlier step has found; its absence is a mistake in the order of the steps. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('internal', 'Something went wrong inside Tillgate; try again later.')
  return value
}

/** For this caller the tool does not exist: the protocol's own error, not a tool error. */
export class UnlistedTool extends Error {}

/** The scope is in the role but was not granted. */
export class NotGranted extends AppError {
  constructor(scope: Scope, page: string) {
    super('not_allowed', `This agent was not granted ${scope}; an admin of the workspace can grant it at ${page}.`)
  }
}
