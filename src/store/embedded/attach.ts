import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Secret } from '#kernel'
import { storedPassword } from './cluster.ts'
import { lockHolder } from './lock.ts'
import { knownPlacement } from './placement.ts'
import { answersFor, readPostmaster } from './postmaster.ts'
import { codeOf, folderProblem } from './start-error.ts'
import { ONE_COMMAND, ownerLockFolder } from './supervisor.ts'

/** A server that somebody else supervises. */
export type AttachedPostgres = { readonly socketDir: string; readonly port: number; readonly superuserPassword: Secret }

const RESTART_LIMIT_MS = 10_000

/**
 * The running server of the data folder, without owning it; undefined when no living Tillgate supervises one: then `startEmbedded`
 * (with `forOneCommand`) adopts what is left, or starts it. Waits up to 10 s for a server that is just being started again.
 * The server of another single command does not count, since it is about to stop. Throws StartError when this user may not use it.
 */
export async function attachEmbedded(dataDir: string, outside?: string): Promise<AttachedPostgres | undefined> {
  try {
    const folder = realpathSync(dataDir)
    for (
      const end = performance.now() + RESTART_LIMIT_MS;
      isSupervised(folder) && performance.now() < end;
      await sleep(50)
    ) {
      const attached = await running(folder, outside)
      if (attached) return attached
    }
    return undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw folderProblem(error, dataDir)
  }
}

function isSupervised(folder: string): boolean {
  const owner = lockHolder(ownerLockFolder(folder))
  return owner !== undefined && owner.note !== ONE_COMMAND
}

async function running(folder: string, outside: string | undefined): Promise<AttachedPostgres | undefined> {
  const placement = knownPlacement(folder, outside)
  if (!placement) return undefined
  const found = readPostmaster(placement.cluster)
  if (found?.status !== 'ready') return undefined
  const superuserPassword = storedPassword(folder)
  if (!(await answersFor(found, placement.cluster, superuserPassword))) return undefined
  return { socketDir: found.socketDir, port: found.port, superuserPassword }
}
