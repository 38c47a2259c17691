import { readdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Binaries } from './installation.ts'
import type { RunAs } from './run-as.ts'
import { runProgram } from './run-program.ts'

/** Where installations lie that are not on the PATH: a folder, and how the names of those in it begin. */
const PLACES = [
  ['/usr/lib/postgresql', ''], // Debian
  ['/usr', 'pgsql-'], // the RPMs of postgresql.org
  ['/opt/homebrew/opt', 'postgresql'],
  ['/usr/local/opt', 'postgresql'],
  ['/home/linuxbrew/.linuxbrew/opt', 'postgresql'],
] as const

/** Every PostgreSQL of this machine, those on the PATH first, that the user can run. */
export async function findSystem(path: string, runAs: RunAs | undefined): Promise<Binaries[]> {
  const onPath = path.split(':').filter(isAbsolute)
  const servers = [...onPath, ...PLACES.flatMap(([place, prefix]) => installedIn(place, prefix))].map(serverIn)
  const distinct = [...new Set(servers)].filter((server) => server !== undefined)
  const found = await Promise.all(distinct.map((server) => inspect(server, runAs)))
  return found.filter((binaries) => binaries !== undefined)
}

function installedIn(place: string, prefix: string): string[] {
  try {
    const names = readdirSync(place).filter((name) => name.startsWith(prefix))
    return names.map((name) => join(place, name, 'bin'))
  } catch {
    return [] // not this kind of machine
  }
}

/** The server program itself, not a link to it: initdb and the libraries lie beside the program. */
function serverIn(folder: string): string | undefined {
  try {
    const server = realpathSync(join(folder, 'postgres'))
    realpathSync(join(dirname(server), 'initdb'))
    return server
  } catch {
    return undefined
  }
}

/** Run as the user that will run it, so that what answers can also be started. */
async function inspect(postgres: string, runAs: RunAs | undefined): Promise<Binaries | undefined> {
  try {
    const answer = await runProgram({ file: postgres, libraryPath: undefined, runAs }, ['--version'], 5_000)
    const [, version, major] = /\(PostgreSQL\) ((\d+)[.\w]*)/.exec(answer) ?? []
    if (version === undefined) return undefined
    const initdb = join(dirname(postgres), 'initdb')
    return { kind: 'system', postgres, initdb, version, major: Number(major), libraryPath: undefined }
  } catch {
    return undefined // not runnable here: another architecture, a closed folder, a missing library
  }
}
