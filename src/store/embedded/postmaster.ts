import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Secret } from '#kernel'
import { codeOf } from './start-error.ts'

/** What PostgreSQL writes about itself into `postmaster.pid`; the file has these lines from its second write on. */
export type Postmaster = { pid: number; cluster: string; port: number; socketDir: string; status: string }

/** The name of the bootstrap superuser. */
export const SUPERUSER = 'postgres'

/** The lines of `postmaster.pid`: pid, data folder, start, port, socket folder, listen address, shared memory, status. */
export function parsePidFile(text: string): Postmaster | undefined {
  const [pid, cluster, , port, socketDir, , , status] = text.split('\n')
  const number = Math.abs(Number(pid)) // negative for a single-user server
  if (!Number.isSafeInteger(number) || number === 0 || !cluster) return undefined
  return { pid: number, cluster, port: Number(port ?? 0), socketDir: socketDir ?? '', status: (status ?? '').trim() }
}

/** The server that the cluster's pid file speaks of, alive or not. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    return parsePidFile(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Whether that process is a server of this cluster: it works in the cluster's folder. `unknown` where the system does not tell,
 * as without /proc, or for root in a container without CAP_SYS_PTRACE.
 */
export function servesCluster(pid: number, cluster: string): 'yes' | 'no' | 'unknown' {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === cluster ? 'yes' : 'no'
  } catch {
    const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid
    return owner === undefined || owner === statSync(cluster).uid ? 'unknown' : 'no'
  }
}

/** Whether the server answers on its socket, takes the password and serves this very cluster. */
export async function answersFor(found: Postmaster, cluster: string, password: Secret): Promise<boolean> {
  if (found.status !== 'ready' || found.socketDir === '') return false
  const client = new pg.Client({
    host: found.socketDir,
    port: found.port,
    user: SUPERUSER,
    password: password.reveal(),
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  })
  client.on('error', () => {}) // it may die under us; the query below then fails
  try {
    await client.connect()
    const { rows } = await client.query('show data_directory')
    return rows[0]?.data_directory === cluster
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
