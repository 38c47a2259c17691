import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { lifeOf } from './liveness.ts'
import { readPostmaster, servesCluster } from './postmaster.ts'
import { canReach, isRoot, type RunAs, unprivilegedUser, userName } from './run-as.ts'
import { codeOf, folderProblem, StartError } from './start-error.ts'
import { terminate } from './terminate.ts'

/** Where the parts of the embedded server lie. `home` holds the cluster and can be reached by the user that runs it. */
export type Placement = { dataDir: string; home: string; cluster: string; runAs: RunAs | undefined }

/** Where clusters lie whose data folder the unprivileged user cannot reach. */
const OUTSIDE = '/var/lib/tillgate'

/**
 * Decides where the cluster of a (real, prepared) data folder lies and who runs it, and makes that folder.
 * An existing cluster keeps its place and its owner. Throws StartError when this user cannot run it.
 */
export async function placeCluster(dataDir: string, outside = OUTSIDE): Promise<Placement> {
  const known = knownPlacement(dataDir, outside)
  if (known) return usable(known)
  if (!isRoot()) return placement(dataDir, dataDir, undefined)
  const runAs = unprivilegedUser()
  const home = canReach(dataDir, runAs) ? dataDir : await makeOutside(dataDir, outside, runAs)
  return placement(dataDir, home, runAs)
}

/** The placement of a cluster that exists already; undefined when there is none. Changes nothing. */
export function knownPlacement(dataDir: string, outside = OUTSIDE): Placement | undefined {
  const home = pointedHome(dataDir, outside) ?? dataDir
  const found = lstatSync(join(home, 'postgres'), { throwIfNoEntry: false })
  if (!found) return undefined
  if (!found.isDirectory()) throw new StartError(`${join(home, 'postgres')} is not a folder: remove it.`)
  return placement(dataDir, home, isRoot() ? ownerOf(found) : undefined)
}

/** A cluster keeps its user: one made as an ordinary user, or before there was a user `postgres`, runs on as it did. */
function ownerOf({ uid, gid }: Stats): RunAs {
  return uid === 0 ? unprivilegedUser() : { uid, gid, name: userName(uid) }
}

function placement(dataDir: string, home: string, runAs: RunAs | undefined): Placement {
  const real = realpathSync(home) // PostgreSQL and /proc name the cluster so
  return { dataDir, home: real, cluster: join(real, 'postgres'), runAs: isRoot() ? runAs : undefined }
}

function usable(known: Placement): Placement {
  const { cluster, dataDir, home, runAs } = known
  const owner = lstatSync(cluster).uid
  if (!isRoot() && owner !== process.getuid?.()) {
    throw new StartError(
      `The database in ${cluster} belongs to another user (uid ${owner}): start Tillgate as that user or as root.`,
    )
  }
  if (runAs && !canReach(home, runAs)) {
    throw new StartError(
      `The user that runs PostgreSQL (${runAs.name}) cannot reach ${home} any more: allow it to pass (chmod o+x) there and above.`,
    )
  }
  if (home !== dataDir) claim(home, dataDir)
  return known
}

/** The pointer file names a folder directly under `outside`; anything else in it is not followed. */
function pointedHome(dataDir: string, outside: string): string | undefined {
  try {
    const id = readFileSync(pointerOf(dataDir), 'utf8').trim()
    if (/^[0-9a-f]{16}$/.test(id)) return join(outside, id)
    throw new StartError(`${pointerOf(dataDir)} is damaged: it should hold the name of a folder in ${outside}.`)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw folderProblem(error, dataDir)
  }
}

async function makeOutside(dataDir: string, outside: string, runAs: RunAs): Promise<string> {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  const home = join(outside, id)
  try {
    await setAside(home)
    for (const folder of [outside, home]) {
      mkdirSync(folder, { recursive: true })
      chmodSync(folder, 0o711)
    }
    writeFileSync(join(home, 'folder'), dataDir, { mode: 0o600 })
    writeFileSync(pointerOf(dataDir), `${id}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const sentence = `PostgreSQL runs as ${runAs.name}, who can reach neither ${dataDir} nor ${home}: choose another folder with --data.`
    throw new StartError(sentence, error)
  }
  if (canReach(home, runAs)) return home
  throw new StartError(
    `PostgreSQL runs as ${runAs.name}, who cannot reach ${home}: allow it to pass (chmod o+x) the folders above.`,
  )
}

/** A cluster whose data folder was removed and made anew is kept beside the new one: its data is not ours to delete. */
async function setAside(home: string): Promise<void> {
  const cluster = join(home, 'postgres')
  if (!existsSync(cluster)) return
  const server = readPostmaster(cluster)
  const life = server && servesCluster(server.pid, cluster) === 'yes' ? lifeOf(server.pid) : undefined
  if (life) await terminate(life)
  renameSync(home, `${home}.removed-${Date.now()}`)
}

/** Refuses a copy of a data folder while the original still owns the cluster; follows one that was moved. */
function claim(home: string, dataDir: string): void {
  const marker = join(home, 'folder')
  const owner = readFileSync(marker, 'utf8')
  if (owner === dataDir) return
  if (existsSync(pointerOf(owner))) {
    throw new StartError(
      `${dataDir} is a copy of ${owner}, which owns the database in ${home}: remove the copy, or the original.`,
    )
  }
  writeFileSync(marker, dataDir, { mode: 0o600 })
}

const pointerOf = (dataDir: string) => join(dataDir, 'postgres.location')
