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

/** One pool a login. `log` hears of connections that the server closed; queries on them fail by themselves. */
export function openPools(connections: Record<Login, Connection>, log: (error: Error) => void): Pools {
  const open = (login: Login) => {
    const pool = new pg.Pool({
      ...clientConfig(connections[login]),
      application_name: `tillgate-${login}`,
      max: SIZES[login],
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      allowExitOnIdle: true,
    })
    // A connection whose server goes away emits `error`; without a listener the process ends.
    pool.on('error', log)
    pool.on('connect', (client) => client.on('error', log))
    return pool
  }
  const pools = { app: open('app'), auth: open('auth'), audit: open('audit'), jobs: open('jobs') }
  return { ...pools, end: async () => void (await Promise.all(LOGINS.map((login) => pools[login].end()))) }
}
