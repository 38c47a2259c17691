import type { Scope, Tool } from '#commerce'
import { AppError } from '#kernel'
import type { Caller, RoleDefinition } from '#policy'
import type { Screened } from '#screen'
import type { Entry, StoreRow } from '#store'

/** Who knocked, as the authenticate step found out in one committed read. */
export type Visitor = {
  readonly entry: Entry
  /** As it is in effect for this grant now. */
  readonly role: RoleDefinition
  /** The stores of the grant that the role reaches; for a call on one store, that store alone. */
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

/** A refusal whose record says more than its caller is told. */
export class Reasoned extends AppError {
  /** For the record: in words of ours. */
  readonly reason: string

  constructor(message: string, reason: string) {
    super('not_allowed', message)
    this.reason = reason
  }
}

/** The scope is in the role but was not granted to this machine agent. */
export function notGranted(scope: Scope, page: string): AppError {
  const sentence = `This agent was not granted ${scope}; an admin of the workspace can grant it at ${page}.`
  return new Reasoned(sentence, `${scope} was not granted`)
}

/** The scope is in the role; the agent of a member can ask for it and come back (RFC 6750 section 3.1). */
export class StepUp extends Reasoned {
  /** All that the token should have next time: what it has, and what the call needs. */
  readonly scopes: readonly Scope[]

  constructor(missing: Scope, scopes: readonly Scope[]) {
    const sentence = `This call needs ${missing}, which the agent was not granted; ask its member to grant it.`
    super(sentence, `${missing} was not granted`)
    this.scopes = scopes
  }
}

/** In quarantine an agent may only read. */
export function inQuarantine(page: string): AppError {
  const sentence = `This agent is in quarantine, where it may only read; an owner or admin of the workspace can release it at ${page}.`
  return new Reasoned(sentence, 'the agent is in quarantine')
}

/** How policy judges the visitor. */
export function callerOf({ entry, role }: Visitor): Caller {
  return {
    role,
    grantScopes: entry.grant_scopes,
    tokenScopes: entry.token_scopes.split(' '),
    quarantined: isQuarantined(entry),
  }
}

export function isQuarantined({ quarantined_at }: Pick<Entry, 'quarantined_at'>): boolean {
  return quarantined_at !== null
}
