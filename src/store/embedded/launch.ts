import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './installation.ts'
import { goneWithin, type Life, lifeOf } from './liveness.ts'
import type { Placement } from './placement.ts'
import { readPostmaster } from './postmaster.ts'
import { identityOf } from './run-as.ts'
import { environment } from './run-program.ts'
import { openServerLog, serverLogFile, serverLogTail, trimServerLog } from './server-log.ts'
import { diskFull, folderProblem, StartError } from './start-error.ts'
import { terminate } from './terminate.ts'

/** A server that takes connections. `gone` resolves, with the reason, when its process has ended. */
export type Running = { life: Life; socketDir: string; port: number; gone: Promise<string> }

/** The port is only part of the socket's name: the server does not listen on TCP. */
const PORT = 5432

// Recovery after a crash replays at most the WAL of one checkpoint; a slow disk may need minutes.
const READY_LIMIT_MS = 300_000

type Launch = { placement: Placement; binaries: Binaries; socketDir: string; signal: AbortSignal }

/** Starts the server and waits until it is ready. On failure, and when the signal aborts, nothing is left running. */
export async function launch({ placement, binaries, socketDir, signal }: Launch): Promise<Running> {
  const child = spawnServer(placement, binaries, socketDir)
  const gone = ended(child)
  const life = child.pid === undefined ? undefined : lifeOf(child.pid)
  if (life && (await isReady(life, placement.cluster, signal))) return { life, socketDir, port: PORT, gone }
  if (life) await terminate(life)
  throw failure(placement, await gone)
}

function spawnServer({ home, cluster, runAs }: Placement, binaries: Binaries, socketDir: string): ChildProcess {
  try {
    trimServerLog(home)
    const log = openServerLog(home)
    const settings = Object.entries(settingsFor(socketDir)).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(binaries.postgres, ['-D', cluster, ...settings], {
      cwd: '/',
      env: environment(binaries.libraryPath),
      detached: true, // a process group of its own: Ctrl-C in the terminal does not reach it
      stdio: ['ignore', log, log],
      ...identityOf(runAs),
    })
    closeSync(log)
    return child
  } catch (error) {
    throw folderProblem(error, home)
  }
}

function settingsFor(socketDir: string): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`, // a list: quoted, a path may hold a comma
    unix_socket_permissions: '0700',
    port: String(PORT),
    max_connections: '60',
    shared_buffers: '64MB',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_timezone: 'UTC',
    // The log must not hold what was written: no statements (a password of ALTER ROLE), no DETAIL (the values of a row).
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_checkpoints: 'off',
  }
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`))
  })
}

async function isReady(life: Life, cluster: string, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + READY_LIMIT_MS
  while (!signal.aborted && performance.now() < end) {
    const found = readPostmaster(cluster)
    if (found?.pid === life.pid && found.status === 'ready') return true
    if (await goneWithin(life, 0)) return false
    await sleep(10)
  }
  return false
}

function failure({ home }: Placement, reason: string): StartError {
  const said = serverLogTail(home)
  if (said.includes('No space left on device')) return new StartError(diskFull(home), new Error(said))
  const last = said
    .trimEnd()
    .split('\n')
    .findLast((line) => line.includes('FATAL:'))
  const why = last === undefined ? reason : last.slice(last.indexOf('FATAL:') + 'FATAL:'.length).trim()
  return new StartError(`PostgreSQL did not start (${why}); its log is ${serverLogFile(home)}.`, new Error(said))
}
