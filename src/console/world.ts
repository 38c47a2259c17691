import type { IncomingMessage } from 'node:http'
import type pg from 'pg'
import type { AuditLog, Refusals, Tally, WorkspaceReport } from '#audit'
import type { Interactions, Login, Mailer } from '#identity'
import type { Clock, Secret } from '#kernel'
import type { Rate } from '#policy'
import type { Jobs, People } from '#store'
import type { Vault } from '#vault'

/** `left` of `of` points at that moment (milliseconds since the epoch), and how many come back a second. */
type Budget = { readonly left: number; readonly of: number; readonly perSecond: number; readonly at: number }

/** Everything that the pages use; made once by the composition root. */
export type ConsoleWorld = {
  /** The base URL without a slash at its end. */
  readonly base: string
  readonly login: Login
  readonly people: People
  readonly interactions: Interactions
  /** Undefined without TILLGATE_SMTP_URL. */
  readonly mailer: Mailer | undefined
  readonly audit: AuditLog
  readonly refusals: Refusals
  /** Counts records for the overview and for agents. */
  readonly tally: Tally
  /** Checks the records of one workspace; `onProgress` hears how many were read. */
  readonly verify: (workspaceId: string, onProgress: (records: number) => void) => Promise<WorkspaceReport>
  /** What a store's platform still lets be asked, as it said with its last answer. */
  readonly budgetOf: (storeId: string) => Budget | undefined
  readonly vault: Vault
  /** For the set-up of the first workspace only. */
  readonly jobs: Jobs
  /** The pool of `tillgate_auth`, to end tokens of what was stopped. */
  readonly authPool: pg.Pool
  /** 32 bytes that sign form tokens. */
  readonly formKey: Secret<Buffer>
  readonly limiter: {
    take(key: string, rate: Rate): void
    /** Takes one of so many places; gives what frees it. */
    occupy(key: string, places: number): () => void
  }
  readonly addressOf: (req: IncomingMessage) => string
  readonly clock: Clock
  readonly onMistake: (error: unknown) => void
}

/** What requests of the web app see beside it. */
export type ApiWorld = ConsoleWorld & {
  /** Aborted when the server stops: streams end then. */
  readonly closing: AbortSignal
  /** The workspaces whose records are being checked: one at a time each, because that reads everything. */
  readonly verifying: Set<string>
}
