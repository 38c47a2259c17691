import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { Secret } from '#kernel'
import {
  type Binaries,
  clientConfig,
  type EmbeddedServer,
  embeddedConnections,
  findBinaries,
  isRoot,
  type Jobs,
  jobs,
  openPools,
  type Pools,
  type RunAs,
  setUpEmbedded,
  unprivilegedUser,
  withClient,
} from '#store'

/** One PostgreSQL with Tillgate's schema, for the tests of one file. */
export type TestDatabase = {
  readonly server: EmbeddedServer
  readonly pools: Pools
  readonly jobs: Jobs
  /** Past every rule, in Tillgate's database. */
  readonly superuser: pg.ClientConfig
  /** One more set of pools, as a second replica has; ended with the rest. */
  morePools(): Pools
  /** The server dies without a checkpoint, as in a power cut that spares the disk's cache. */
  crash(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts it in a folder of its own; takes some seconds, so once a file in `beforeAll`. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const template = process.env[TEMPLATE]
  const place = await makeCluster(template)
  const { server, superuser } = loginsOf(place)
  let running = await start(place, superuser)
  if (template === undefined) await setUpEmbedded(server)
  const opened: Pools[] = []
  const morePools = () => {
    const pools = openPools(embeddedConnections(server), () => {})
    opened.push(pools)
    return pools
  }
  const pools = morePools()
  return {
    server,
    pools,
    jobs: jobs(pools.jobs),
    superuser,
    morePools,
    crash: () => end(running, 'SIGQUIT'),
    async restart() {
      running = await start(place, superuser)
    },
    async stop() {
      await Promise.all(opened.map((each) => each.end()))
      await end(running, 'SIGINT')
      rmSync(place.folder, { recursive: true, force: true })
    },
  }
}

/** The variable with the folder of a cluster that has the schema already; whoever starts many databases copies it. */
const TEMPLATE = 'TILLGATE_TEST_CLUSTER'

/** Makes the cluster that the databases of this run are copies of; gives what removes it. */
export async function makeTemplate(): Promise<() => void> {
  const place = await makeCluster(undefined)
  const { server, superuser } = loginsOf(place)
  const running = await start(place, superuser)
  await setUpEmbedded(server)
  await end(running, 'SIGINT')
  process.env[TEMPLATE] = join(place.folder, 'data')
  return () => rmSync(place.folder, { recursive: true, force: true })
}

function loginsOf({ folder }: Place) {
  const server = { socketDir: folder, port: 5432, superuserPassword: new Secret(PASSWORD) }
  const password = server.superuserPassword
  return { server, superuser: clientConfig({ kind: 'socket', folder, port: 5432, user: 'postgres', password }) }
}

const PASSWORD = 'test'

type Place = { readonly folder: string; readonly binaries: Binaries; readonly runAs: RunAs | undefined }

/** The programs are found as the product finds them, so the tests also run where only the bundled ones exist. */
async function makeCluster(template: string | undefined): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'tg-test-'))
  chmodSync(folder, 0o755)
  const runAs = isRoot() ? unprivilegedUser() : undefined
  const search = { choice: choice(), path: process.env.PATH ?? '', major: undefined, home: folder, runAs }
  const place = { folder, binaries: await findBinaries(search), runAs }
  if (template !== undefined) return copied(template, place)
  const password = join(folder, 'password')
  writeFileSync(password, PASSWORD)
  for (const path of runAs ? [folder, password] : []) chownSync(path, place.runAs?.uid ?? 0, place.runAs?.gid ?? 0)
  const options = ['-U', 'postgres', '-E', 'UTF8', '--no-locale', '--auth=scram-sha-256', '--no-sync']
  const words = [...options, `--pwfile=${password}`, '-D', join(folder, 'data')]
  execFileSync(place.binaries.initdb, words, { ...processOf(place), stdio: 'pipe' })
  return place
}

/** `cp` keeps owners and modes, and shares the blocks where the file system can. */
function copied(template: string, place: Place): Place {
  if (place.runAs) chownSync(place.folder, place.runAs.uid, place.runAs.gid)
  execFileSync('cp', ['-Rp', template, join(place.folder, 'data')])
  return place
}

function choice(): 'auto' | 'system' | 'bundled' {
  const asked = process.env.TILLGATE_POSTGRES
  return asked === 'system' || asked === 'bundled' ? asked : 'auto'
}

/** How a program of PostgreSQL is run: as which user, where, with which libraries. */
function processOf({ folder, binaries, runAs }: Place) {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C',
    ...(binaries.libraryPath && { LD_LIBRARY_PATH: binaries.libraryPath }),
  }
  return { cwd: folder, env, ...(runAs && { uid: runAs.uid, gid: runAs.gid }) }
}

async function start(place: Place, superuser: pg.ClientConfig): Promise<ChildProcess> {
  const { folder, binaries } = place
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'shared_buffers=32MB']
  const flags = settings.flatMap((setting) => ['-c', setting])
  const child = spawn(binaries.postgres, ['-D', join(folder, 'data'), ...flags], {
    ...processOf(place),
    stdio: 'ignore',
  })
  for (let tries = 0; !(await answers(superuser)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error('the test database did not start')
    await delay(50)
  }
  return child
}

async function answers(superuser: pg.ClientConfig): Promise<boolean> {
  try {
    await withClient({ ...superuser, database: 'postgres' }, (client) => client.query('select 1'))
    return true
  } catch {
    return false
  }
}

async function end(child: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
