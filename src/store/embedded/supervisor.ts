import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Secret } from '#kernel'
import type { PostgresChoice } from './binaries.ts'
import { superuserPassword } from './cluster.ts'
import { prepareDataFolder } from './data-folder.ts'
import { keepRunning, type ServerState } from './keep-running.ts'
import { type Lock, takeLock } from './lock.ts'
import { type Placement, placeCluster } from './placement.ts'
import { StartError } from './start-error.ts'
import { startServer } from './start-server.ts'

/** `path` is the PATH to search for binaries. `forOneCommand` says that others should wait for the end instead of attaching. */
export type EmbeddedOptions = {
  dataDir: string
  postgres: PostgresChoice
  path: string
  log: { info(details: object, text: string): void; warn(details: object, text: string): void }
  onStateChange?: (state: ServerState) => void
  forOneCommand?: boolean
  /** Where clusters lie whose data folder the unprivileged user cannot reach; `/var/lib/tillgate` if not given. */
  outside?: string
}

/** A running server. Connect with `{ host: socketDir, port, user: 'postgres', password, database: 'postgres' }`. */
export type EmbeddedPostgres = {
  readonly socketDir: string
  readonly port: number
  readonly superuserPassword: Secret
  /** The process of the server now; another one after a restart. */
  readonly pid: number
  /** Calls the listener each time that the server ended without `stop`. It is then started again. */
  onExit(listener: (reason: string) => void): void
  /** Stops the server and gives the folder free. May be called more than once; never rejects because the server is already gone. */
  stop(): Promise<void>
}

const SHARED_USER = 'PostgreSQL runs as "nobody", which other services may share; a user "postgres" is safer'
const OWNER_WAIT_MS = 30_000

/**
 * Starts the PostgreSQL of the data folder (made if missing) or adopts the one that a killed Tillgate left, and keeps it running:
 * when it dies it is started again, 100 ms later, doubling up to 5 s. Only one process supervises a folder; for another one this waits up to 30 s.
 * Throws StartError with a sentence for the operator.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new StartError('The embedded PostgreSQL does not run on Windows: set DATABASE_URL.')
  const dataDir = prepareDataFolder(options.dataDir)
  const lock = await ownership(dataDir, options.forOneCommand === true)
  try {
    const placement = await placeCluster(dataDir, options.outside)
    if (placement.runAs?.name === 'nobody') options.log.warn({}, SHARED_USER)
    return await start(options, placement, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

/** The lock of the process that supervises the server; `note` tells commands whether to attach or to wait. */
export const ownerLockFolder = (dataDir: string) => join(dataDir, 'postgres.lock')
export const ONE_COMMAND = 'one command'

async function ownership(dataDir: string, forOneCommand: boolean): Promise<Lock> {
  for (const end = performance.now() + OWNER_WAIT_MS; ; await sleep(50)) {
    const taken = await takeLock(ownerLockFolder(dataDir), forOneCommand ? ONE_COMMAND : '')
    if ('release' in taken) return taken
    if (taken.note !== ONE_COMMAND || performance.now() > end) {
      throw new StartError(`Process ${taken.pid} already runs the PostgreSQL of ${dataDir}: stop it first.`)
    }
  }
}

async function start(options: EmbeddedOptions, placement: Placement, lock: Lock): Promise<EmbeddedPostgres> {
  const password = superuserPassword(placement)
  const common = { placement, password, postgres: options.postgres, path: options.path }
  const started = (details: object) => options.log.info(details, 'starting PostgreSQL')
  const again = (socketDir: string | undefined, signal: AbortSignal) =>
    startServer({ ...common, started, socketDir, signal })
  const first = await again(undefined, new AbortController().signal)
  const server = keepRunning({ first, again, placement, changed: options.onStateChange ?? (() => {}) })
  return {
    socketDir: first.running.socketDir,
    port: first.running.port,
    superuserPassword: password,
    get pid() {
      return server.pid()
    },
    onExit: server.onExit,
    stop: () => server.stop().finally(lock.release),
  }
}
