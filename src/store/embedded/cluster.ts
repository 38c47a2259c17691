import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Secret } from '#kernel'
import type { Binaries } from './installation.ts'
import type { Placement } from './placement.ts'
import { SUPERUSER } from './postmaster.ts'
import type { RunAs } from './run-as.ts'
import { runProgram } from './run-program.ts'
import { codeOf, diskFull, folderProblem, StartError } from './start-error.ts'

const INITDB_LIMIT_MS = 120_000

/** The major version that an existing cluster was made with; undefined when there is none yet. */
export function clusterMajor(cluster: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw folderProblem(error, cluster)
  }
}

/** The password of the bootstrap superuser, kept in a 0600 file of the data folder and made with a new cluster. */
export function superuserPassword({ dataDir, cluster }: Placement): Secret {
  const file = passwordFile(dataDir)
  if (existsSync(file)) return storedPassword(dataDir)
  if (clusterMajor(cluster) !== undefined) {
    throw new StartError(`The password file ${file} of the database is missing: restore it from a backup.`)
  }
  const password = randomBytes(24).toString('base64url')
  try {
    rmSync(`${file}.new`, { force: true })
    writePrivately(`${file}.new`, password, undefined)
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw folderProblem(error, dataDir)
  }
  return new Secret(password)
}

/** The password of a cluster that exists. Throws StartError when this user may not read it. */
export function storedPassword(dataDir: string): Secret {
  try {
    return new Secret(readFileSync(passwordFile(dataDir), 'utf8').trim())
  } catch (error) {
    throw new StartError(
      `The password file ${passwordFile(dataDir)} cannot be read: run this as the user that made the data folder.`,
      error,
    )
  }
}

/** Makes the cluster with initdb. It gets its name when it is complete, so an interrupted one is never started. */
export async function createCluster(
  { home, cluster, runAs }: Placement,
  binaries: Binaries,
  password: Secret,
): Promise<void> {
  const draft = `${cluster}.new`
  const pwfile = `${cluster}.password.new`
  try {
    rmSync(draft, { recursive: true, force: true })
    rmSync(pwfile, { force: true })
    makePrivateFolder(draft, runAs)
    writePrivately(pwfile, password.reveal(), runAs)
    await initdb(binaries, { draft, pwfile, home, runAs })
    if (existsSync(cluster)) rmdirSync(cluster) // an empty one that somebody made beforehand
    renameSync(draft, cluster)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw folderProblem(error, home)
  } finally {
    rmSync(pwfile, { force: true })
  }
}

type Paths = { draft: string; pwfile: string; home: string; runAs: RunAs | undefined }

async function initdb({ initdb: file, libraryPath }: Binaries, { draft, pwfile, home, runAs }: Paths): Promise<void> {
  const safety = ['--auth=scram-sha-256', `--pwfile=${pwfile}`, '--data-checksums']
  const args = ['-D', draft, '-U', SUPERUSER, '-E', 'UTF8', '--no-locale', ...safety]
  try {
    await runProgram({ file, libraryPath, runAs }, args, INITDB_LIMIT_MS)
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    if (said.includes('No space left on device')) throw new StartError(diskFull(home), error)
    const why = /(?:error|FATAL): *(.+)/.exec(said)?.[1] ?? 'it gave no reason'
    throw new StartError(
      `PostgreSQL could not make its cluster in ${home} (${why}): mend that, or set DATABASE_URL.`,
      error,
    )
  }
}

function makePrivateFolder(folder: string, runAs: RunAs | undefined): void {
  mkdirSync(folder, { mode: 0o700 })
  chmodSync(folder, 0o700)
  if (runAs) lchownSync(folder, runAs.uid, runAs.gid)
}

function writePrivately(file: string, text: string, owner: RunAs | undefined): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    if (owner) fchownSync(handle, owner.uid, owner.gid)
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const passwordFile = (dataDir: string) => join(dataDir, 'postgres.password')
