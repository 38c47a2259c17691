import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller, LoginSession } from '#identity'
import type { SeatAction } from '#policy'
import type { PersonEntry, WorkspaceTransaction } from '#store'
import type { ConsoleWorld } from './world.ts'

/** The fields of a form or query: repeated ones keep every value. */
export type Fields = {
  /** The first value, trimmed; empty where there is none. */
  text(name: string): string
  /** As `text`, untouched: for passwords. */
  raw(name: string): string
  all(name: string): readonly string[]
}

/** One request for a page, after the guards. */
export type Visit = {
  readonly world: ConsoleWorld
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Fields
  /** Empty for GET. */
  readonly form: Fields
  readonly caller: Caller
  readonly session: LoginSession | undefined
  /** The hidden field `csrf` for a form of this browser and session; `subject` binds it to one request of the path. */
  readonly csrf: (subject?: string) => string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Runs after the response's work is committed and before it leaves, e.g. to end tokens. */
  readonly afterCommit: (work: () => Promise<unknown>) => void
}

export type SessionVisit = Visit & { readonly session: LoginSession }

/** A visit inside one workspace: `tx` sees it and nothing else, and commits when the handler returns. */
export type WorkspaceVisit = SessionVisit & { readonly tx: WorkspaceTransaction; readonly person: PersonEntry }

/** What a page answers: HTML, a redirect, or JSON for our own script. */
export type Reply =
  | {
      readonly kind: 'page'
      readonly html: unknown
      readonly status?: number
      readonly formAction?: string
      readonly cookies?: readonly string[]
    }
  | { readonly kind: 'redirect'; readonly to: string; readonly cookies?: readonly string[] }
  | { readonly kind: 'json'; readonly value: unknown; readonly status?: number; readonly cookies?: readonly string[] }

type Common = {
  readonly method: 'GET' | 'POST'
  /** With `:name` parameters, below /console. */
  readonly path: string
  /** The part of the path that the form token is bound to, beside browser and session. */
  readonly subject?: string
}

/**
 * One line of the table of pages. `needs` is judged before the handler runs:
 * `nothing`; `session`: a password was given; `second_factor`: and a second factor; `fresh`: and that within 10 minutes.
 * A `workspace` route enters `:workspace` by the session's door, and `may` asks the seat.
 */
export type Route =
  | Line<'nothing', Visit>
  | Line<'session' | 'second_factor' | 'fresh', SessionVisit>
  | (Line<'member' | 'fresh_member', WorkspaceVisit> & { readonly may?: SeatAction })

/** One member of the union a need, so that `needs` tells the type of the visit. */
type Line<Needs extends string, V> = Needs extends string
  ? Common & { readonly needs: Needs; readonly handle: (visit: V) => Promise<Reply> | Reply }
  : never
