import { chmodSync, lchownSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Placement } from './placement.ts'
import type { RunAs } from './run-as.ts'
import { folderProblem } from './start-error.ts'

// The address holds 107 bytes, and PostgreSQL appends /.s.PGSQL.5432.
const BYTES_MAX = 93
const SHORT = /^\/tmp\/tillgate-[A-Za-z0-9]{6}$/

/**
 * Makes the 0700 folder for the socket, empty: in the cluster's home, or in /tmp where that path would be too long.
 * `earlier` is the one of the server that is started again: its clients keep that path.
 */
export function makeSocketFolder({ home, runAs }: Placement, earlier: string | undefined): string {
  const wanted = join(home, 'run')
  try {
    const tooLong = Buffer.byteLength(wanted) > BYTES_MAX
    if (earlier === undefined && tooLong) return owned(mkdtempSync('/tmp/tillgate-'), runAs)
    return owned(emptyFolder(earlier ?? wanted), runAs)
  } catch (error) {
    throw folderProblem(error, earlier ?? wanted)
  }
}

/** Removes a socket folder if it is one that `makeSocketFolder` made for this placement. */
export function removeSocketFolder(folder: string, placement: Placement): void {
  const owner = lstatSync(folder, { throwIfNoEntry: false })?.uid
  if (owner !== (placement.runAs?.uid ?? process.getuid?.()) || !isSocketFolder(folder, placement)) return
  rmSync(folder, { recursive: true, force: true })
}

/** Whether the path is one of ours. The pid file that names it can be written by the user that runs PostgreSQL, and we may be root. */
export function isSocketFolder(folder: string, { home }: Placement): boolean {
  return folder === join(home, 'run') || SHORT.test(folder)
}

function owned(folder: string, runAs: RunAs | undefined): string {
  if (runAs) lchownSync(folder, runAs.uid, runAs.gid)
  return folder
}

/** One that is removed first cannot be somebody else's, nor a link. */
function emptyFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { mode: 0o700 })
  chmodSync(folder, 0o700)
  return folder
}
