import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Secret } from '#kernel'

/** The logins of the running server, one pool each. docs/architecture.md says what each may do. */
export const LOGINS = ['app', 'auth', 'audit', 'jobs'] as const
export type Login = (typeof LOGINS)[number]

export type Pools = Record<Login, pg.Pool> & { end(): Promise<void> }

/** How to reach the database as one login: a URL, or the socket of the embedded server with a password. */
export type Connection =
  | { readonly kind: 'url'; readonly url: Secret }
  | {
      readonly kind: 'socket'
      readonly folder: string
      readonly port: number
      readonly user: string
      readonly password: Secret
    }

/** Connections per pool. The audit pool has one, because records are committed in groups, one group at a time. */
const SIZES: Record<Login, number> = { app: 10, auth: 4, audit: 1, jobs: 2 }
const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

/** The driver's settings for a connection; used by pools and by single administrative connections alike. */
export function clientConfig(connection: Connection, database = 'tillgate'): pg.ClientConfig {
  if (connection.kind === 'url') return { connectionString: connection.url.reveal() }
  const { folder, port, user, password } = connection
  return { host: folder, port, user, password: password.reveal(), database }
}

// The other side of a broken network never says that it has closed.
const CLOSE_TIMEOUT_MS = 2_000

/**
 * One pool a login. `log` hears of connections that the server closed; queries on them fail by themselves. `end` resolves
 * when every connection is closed on both sides, after 2 s at the latest.
 */
export function openPools(connections: Record<Login, Connection>, log: (error: Error) => void): Pools {
  const connected = new Set<Promise<void>>()
  const open = (login: Login) => {
    const pool = new pg.Pool({
      ...clientConfig(connections[login]),
      application_name: `tillgate-${login}`,
      max: SIZES[login],
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      allowExitOnIdle: true,
    })
    // A connection whose server goes away emits `error`; without a listener the process ends. The pool repeats it.
    pool.on('error', () => {})
    pool.on('connect', (client) => {
      client.on('error', log)
      const closed = new Promise<void>((resolve) => client.once('end', resolve))
      connected.add(closed)
      void closed.then(() => connected.delete(closed))
    })
    return pool
  }
  const pools = { app: open('app'), auth: open('auth'), audit: open('audit'), jobs: open('jobs') }
  return {
    ...pools,
    async end() {
      await Promise.all(LOGINS.map((login) => pools[login].end()))
      // The pool takes its last words to the server for their end: one that stops now would call the connections lost.
      // Idle connections keep no process alive, but the timer does.
      const waiting = new AbortController()
      await Promise.race([Promise.all(connected), sleep(CLOSE_TIMEOUT_MS, undefined, { signal: waiting.signal })])
      waiting.abort()
    },
  }
}
