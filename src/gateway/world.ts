import type { AuditLog, Refusals } from '#audit'
import type { Connector } from '#connectors'
import type { Clock } from '#kernel'
import type { Pools } from '#store'
import type { Vault } from '#vault'
import type { Credentials } from './credentials.ts'
import type { Cursors } from './cursor.ts'
import type { Limiter } from './limiter.ts'

/** What happened to one call, for a person who watches. */
export type CallLine = {
  readonly workspace: string
  readonly tool: string
  readonly store: string | undefined
  readonly outcome: 'ok' | 'refused' | 'failed'
  readonly code: string | undefined
  readonly record: number | undefined
  readonly ms: number
}

/** Everything that the steps use; made once by the composition root. */
export type World = {
  /** The base URL without a slash at its end. */
  readonly base: string
  /** Hostnames under which Tillgate may be addressed, without ports. */
  readonly hosts: ReadonlySet<string>
  /** Addresses of proxies whose forwarded headers are believed. */
  readonly trustedProxies: ReadonlySet<string>
  readonly app: Pools['app']
  readonly vault: Vault
  readonly audit: AuditLog
  readonly refusals: Refusals
  readonly connectors: ReadonlyMap<string, Connector>
  readonly limiter: Limiter
  readonly cursors: Cursors
  readonly credentials: Credentials
  readonly clock: Clock
  /** Hears of each finished call; must not throw. */
  readonly onCall: (line: CallLine) => void
  /** Hears of mistakes inside; nothing of it reaches a caller. */
  readonly onMistake: (error: unknown) => void
}
