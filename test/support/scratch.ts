import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_BYTES = 2 * 1024 ** 3

/**
 * Has all temporary folders of this run in memory where the machine has 2 GB of it to spare: most of what the tests wait for
 * is a database that writes its files. Gives what removes them.
 */
export function scratchInMemory(): () => void {
  const folder = hasRoom() ? mkdtempSync(join(MEMORY, 'tg-')) : undefined
  if (folder === undefined) return () => {}
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (!runsPrograms(folder)) {
    remove()
    return () => {}
  }
  // As /tmp: servers that do not run as root have their folders in it.
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
  return remove
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= ROOM_BYTES
  } catch {
    return false
  }
}

/** Containers often mount it such that nothing can be started from there. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, 'probe')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  const { status } = spawnSync(program)
  rmSync(program)
  return status === 0
}
