import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'

const BYTES_MAX = 4 * 1024 * 1024
const TAIL_BYTES = 4_000

/** The file that takes what the server prints; beside the cluster, readable by us only. */
export const serverLogFile = (home: string) => join(home, 'postgres.log')

/** Opens it for a server, which keeps writing there when Tillgate is killed. */
export function openServerLog(home: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  return openSync(serverLogFile(home), flags, 0o600)
}

/** Keeps the log and one older part, 4 MiB each. The file itself stays, since the server has it open. */
export function trimServerLog(home: string): void {
  const file = serverLogFile(home)
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found || found.size <= BYTES_MAX) return
  rmSync(`${file}.1`, { force: true })
  copyFileSync(file, `${file}.1`, constants.COPYFILE_EXCL)
  truncateSync(file)
}

/** The last lines that the server printed. */
export function serverLogTail(home: string): string {
  const file = openSync(serverLogFile(home), 'r')
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    readSync(file, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8')
  } finally {
    closeSync(file)
  }
}
