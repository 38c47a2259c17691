import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { Secret } from '#kernel'
import {
  clientConfig,
  type EmbeddedServer,
  embeddedConnections,
  type Jobs,
  jobs,
  openPools,
  type Pools,
  setUpEmbedded,
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
  const place = makeCluster()
  const server = { socketDir: place.folder, port: 5432, superuserPassword: new Secret(PASSWORD) }
  const superuser = clientConfig({
    kind: 'socket',
    folder: place.folder,
    port: 5432,
    user: 'postgres',
    password: server.superuserPassword,
  })
  let running = await start(place, superuser)
  await setUpEmbedded(server)
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

const PASSWORD = 'test'

type Place = { readonly folder: string; readonly bin: string; readonly runAs: { uid?: number; gid?: number } }

function makeCluster(): Place {
  const place = { folder: mkdtempSync(join(tmpdir(), 'tg-test-')), bin: binaries(), runAs: unprivileged() }
  const password = join(place.folder, 'password')
  writeFileSync(password, PASSWORD)
  for (const path of [place.folder, password]) {
    if (place.runAs.uid !== undefined && place.runAs.gid !== undefined)
      chownSync(path, place.runAs.uid, place.runAs.gid)
  }
  const options = ['-U', 'postgres', '-E', 'UTF8', '--no-locale', '--auth=scram-sha-256', '--no-sync']
  execFileSync(join(place.bin, 'initdb'), [...options, `--pwfile=${password}`, '-D', join(place.folder, 'data')], {
    ...place.runAs,
    cwd: place.folder,
    stdio: 'pipe',
  })
  return place
}

function binaries(): string {
  const packaged = '/usr/lib/postgresql'
  const versions = existsSync(packaged) ? readdirSync(packaged).map((version) => join(packaged, version, 'bin')) : []
  const folders = [...versions.sort().reverse(), ...(process.env.PATH ?? '').split(delimiter)]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
  if (found === undefined) throw new Error('no PostgreSQL was found on this machine')
  return found
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): Place['runAs'] {
  if (process.getuid?.() !== 0) return {}
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const user = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`))).find(Boolean)
  const [, , uid, gid] = (user ?? '').split(':').map(Number)
  if (!uid || !gid) throw new Error('there is no ordinary user to run PostgreSQL as')
  return { uid, gid }
}

async function start({ folder, bin, runAs }: Place, superuser: pg.ClientConfig): Promise<ChildProcess> {
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'shared_buffers=32MB']
  const flags = settings.flatMap((setting) => ['-c', setting])
  const child = spawn(join(bin, 'postgres'), ['-D', join(folder, 'data'), ...flags], {
    ...runAs,
    cwd: folder,
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
