import { accessSync, chmodSync, chownSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isRoot, unprivilegedUser } from './run-as.ts'
import { codeOf, folderProblem, StartError } from './start-error.ts'

// PostgreSQL's own limit is 1024 bytes (MAXPGPATH) for paths with file names in them.
const PATH_BYTES_MAX = 800

/**
 * Makes the data folder when it is missing, 0700 (as root 0710 with the group of the user that runs PostgreSQL, which must pass
 * through it), and returns its real path. An existing folder keeps its mode. Throws StartError when it cannot be made or written.
 */
export function prepareDataFolder(dataDir: string): string {
  const wanted = resolve(dataDir)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line feed would split the lines of postmaster.pid
  if (/[\u0000-\u001f\u007f]/.test(wanted)) throw new StartError('The path of the data folder has control characters.')
  if (Buffer.byteLength(wanted) > PATH_BYTES_MAX) {
    throw new StartError(
      `The path of the data folder is longer than ${PATH_BYTES_MAX} bytes: choose a shorter one with --data.`,
    )
  }
  try {
    makeIfMissing(wanted)
    if (!statSync(wanted).isDirectory())
      throw new StartError(`${wanted} is not a folder: choose another one with --data.`)
    accessSync(wanted, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(wanted)
  } catch (error) {
    throw folderProblem(error, wanted)
  }
}

function makeIfMissing(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true }) // those above stay as open as any other folder
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    throw error
  }
  if (isRoot()) chownSync(folder, 0, unprivilegedUser().gid)
  chmodSync(folder, isRoot() ? 0o710 : 0o700)
}
