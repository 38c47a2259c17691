import type { HttpBindings } from '@hono/node-server'
import type { Caller, LoginSession } from '#identity'
import type { PersonEntry, WorkspaceTransaction } from '#store'
import type { ApiWorld } from '../world.ts'

/** One request of the console's web app, past its guard: `tx` sees one workspace, and commits when the handler returns. */
export type ApiVisit = {
  readonly world: ApiWorld
  readonly caller: Caller
  readonly session: LoginSession
  readonly person: PersonEntry
  readonly tx: WorkspaceTransaction
  /** Runs after the commit and before the answer leaves. */
  readonly afterCommit: (work: () => Promise<unknown>) => void
}

/** What every request has; a visit only comes from a guard (`seat`). */
export type ApiEnv = { Bindings: HttpBindings; Variables: { world: ApiWorld } }

export type GuardedEnv = { Bindings: HttpBindings; Variables: { world: ApiWorld; visit: ApiVisit } }
