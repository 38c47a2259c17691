import type { Secret } from '#kernel'
import { type EmbeddedServer, embeddedConnections, setUpEmbedded } from './bootstrap.ts'
import { checkDatabase } from './check.ts'
import {
  attachEmbedded,
  type EmbeddedPostgres,
  type PostgresChoice,
  StartError,
  startEmbedded,
} from './embedded/index.ts'
import { knownPlacement } from './embedded/placement.ts'
import { type Connection, type Login, openPools, type Pools } from './pools.ts'
import { refuseUnreachable } from './unreachable.ts'

/** Where the database is. */
export type DatabaseSource =
  | { readonly kind: 'embedded'; readonly binaries: PostgresChoice }
  | { readonly kind: 'urls'; readonly urls: Readonly<Record<Login, Secret>> }

export type OpenOptions = {
  readonly dataFolder: string
  readonly source: DatabaseSource
  /** PATH to search for PostgreSQL. */
  readonly path: string
  readonly log: {
    info(details: object, text: string): void
    warn(details: object, text: string): void
  }
  /** True for a command that uses a running server if there is one, and else starts it for its duration. */
  readonly forOneCommand?: boolean
}

export type Database = {
  readonly pools: Pools
  /** The embedded server that was started here, if one was. */
  readonly server: EmbeddedPostgres | undefined
  /** The migrations that opening it ran. */
  readonly migrated: string[]
  close(): Promise<void>
}

export type CheckedDatabase = Database & {
  /** True where an administrator could not revoke set_config from the application role. */
  readonly setConfigOpen: boolean
}

/** Opens the database, starting and migrating the embedded one. Throws StartError with sentences for the operator. */
export async function openDatabase(options: OpenOptions): Promise<CheckedDatabase> {
  const { source, log } = options
  const opened =
    source.kind === 'urls'
      ? { connections: byUrl(source.urls), server: undefined, migrated: [] }
      : await embedded(options)
  const pools = openPools(opened.connections, (error) => log.warn({ err: error }, 'a database connection was lost'))
  const close = async () => {
    await pools.end()
    await opened.server?.stop()
  }
  try {
    if (source.kind === 'urls') await refuseUnreachable(pools)
    const setConfigOpen = await refuseUnfit(pools, log)
    return { pools, server: opened.server, migrated: opened.migrated, setConfigOpen, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Whether the folder holds an embedded database. Makes nothing. Throws StartError for what is no folder. */
export function holdsDatabase(dataFolder: string): boolean {
  return knownPlacement(dataFolder) !== undefined
}

async function embedded(options: OpenOptions) {
  const { dataFolder, source, path, log, forOneCommand = false } = options
  const attached = forOneCommand ? await attachEmbedded(dataFolder) : undefined
  if (attached) return { connections: embeddedConnections(attached), server: undefined, migrated: [] }
  const postgres = source.kind === 'embedded' ? source.binaries : 'auto'
  const server = await startEmbedded({ dataDir: dataFolder, postgres, path, log, forOneCommand })
  return { ...(await setUp(server)), server }
}

async function setUp(server: EmbeddedPostgres) {
  try {
    const login: EmbeddedServer = server
    const migrated = await setUpEmbedded(login)
    return { connections: embeddedConnections(login), migrated }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function byUrl(urls: Readonly<Record<Login, Secret>>): Record<Login, Connection> {
  const connection = (login: Login): Connection => ({ kind: 'url', url: urls[login] })
  return { app: connection('app'), auth: connection('auth'), audit: connection('audit'), jobs: connection('jobs') }
}

async function refuseUnfit(pools: Pools, log: OpenOptions['log']): Promise<boolean> {
  const { problems, setConfigOpen } = await checkDatabase(pools.app)
  if (problems.length > 0) throw new StartError(`The database is not fit to serve:\n  - ${problems.join('\n  - ')}`)
  if (setConfigOpen)
    log.warn({}, 'set_config is open to the application role: the database administrator could not revoke it')
  return setConfigOpen
}
