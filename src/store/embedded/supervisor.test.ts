import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attachEmbedded } from './attach.ts'
import type { ServerState } from './keep-running.ts'
import { lifeOf, pidTaken } from './liveness.ts'
import { answersFor, readPostmaster } from './postmaster.ts'
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './supervisor.ts'
import { ask, kill9, openFolder, otherProcess, PATH, presentKinds, quiet, socketOf, until } from './testing.ts'

let area: ReturnType<typeof openFolder>
let dataDir: string
let running: EmbeddedPostgres[]
beforeEach(() => {
  area = openFolder()
  dataDir = join(area.folder, 'data')
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  area.remove()
})

async function start(change: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, postgres: 'auto', path: PATH, log: quiet, ...change })
  running.push(server)
  return server
}

const startThere = (more = '') =>
  otherProcess(`const server = await embedded.startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, postgres: 'auto',
    path: ${JSON.stringify(PATH)}, log: { info() {}, warn() {} }${more} })
    console.log(server.pid)`)

describe.each(await presentKinds())('a cluster of the %s PostgreSQL', (postgres) => {
  it('runs, keeps its data over a restart, and leaves no process and no socket', async () => {
    const first = await start({ postgres })
    await ask(first, 'create table kept as select 7 as n')
    await first.stop()
    // Ended is not yet reaped: for a moment the system still knows the process.
    await expect.poll(() => pidTaken(first.pid), { timeout: 5_000 }).toBe(false)
    expect(existsSync(first.socketDir)).toBe(false)
    const second = await start({ postgres })
    expect(await ask(second, 'select n from kept')).toEqual([7])
  })

  it('is durable, checked, without TCP, and asks for the password', async () => {
    const server = await start({ postgres })
    const names = ['fsync', 'synchronous_commit', 'data_checksums', 'listen_addresses', 'max_connections']
    const values = await ask(server, `select ${names.map((name) => `current_setting('${name}')`).join()}`)
    expect(values).toEqual(['on', 'on', 'on', '', '60'])
    await expect(ask(server, 'select 1', 'wrong')).rejects.toMatchObject({ code: '28P01' })
    await expect(ask(server, 'select 1', '')).rejects.toThrow()
  })
})

describe('startEmbedded', () => {
  it('closes the cluster, the socket folder and the password to other users', async () => {
    const { socketDir } = await start()
    const modes = [
      join(dataDir, 'postgres'),
      socketDir,
      join(dataDir, 'postgres.password'),
      join(dataDir, 'postgres.log'),
    ]
    expect(modes.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '700', '600', '600'])
    expect(existsSync(join(dataDir, 'postgres.password.new'))).toBe(false)
  })

  it('gives the server nothing of our environment and a process group of its own', async () => {
    const { pid } = await start()
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0])
    const known = ['PATH', 'LANG', 'TZ', 'LD_LIBRARY_PATH', '', 'PGDATA', 'PG_GRANDPARENT_PID']
    expect(names.filter((name) => !known.includes(name ?? ''))).toEqual([])
    expect(Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2])).toBe(pid)
  })

  it('does not log the text or the values of a failing statement', async () => {
    const server = await start()
    await ask(server, 'create table t (n text unique)')
    await ask(server, "insert into t values ('s3cret')")
    await expect(ask(server, "insert into t values ('s3cret')")).rejects.toThrow()
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8')
    expect([log.includes('t_n_key'), log.includes('s3cret')]).toEqual([true, false])
  })

  it('starts the server again when it is killed, on the same socket, and tells', async () => {
    const states: ServerState['kind'][] = []
    const exits: string[] = []
    const server = await start({ onStateChange: ({ kind }) => states.push(kind) })
    server.onExit((reason) => exits.push(reason))
    await ask(server, 'create table kept as select 7 as n')
    const before = server.pid
    process.kill(before, 'SIGKILL')
    await until(() => states.length === 3)
    expect(server.pid).not.toBe(before)
    expect([states, exits]).toEqual([['ready', 'down', 'ready'], ['ended by SIGKILL']])
    expect(await ask(server, 'select n from kept')).toEqual([7])
  })

  it('stops for good while it waits to start again', async () => {
    const server = await start()
    const down = new Promise((resolve) => server.onExit(resolve))
    process.kill(server.pid, 'SIGKILL')
    await down
    await Promise.all([server.stop(), server.stop()])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([pidTaken(server.pid), socketOf(server)]).toEqual([false, false])
  })

  it('adopts the server of a Tillgate that was killed, and stops it in the end', async () => {
    const { child, said } = await startThere()
    await kill9(child)
    const states: ServerState[] = []
    const server = await start({ onStateChange: (state) => states.push(state) })
    expect(states).toEqual([{ kind: 'ready', pid: Number(said), adopted: true }])
    expect(await ask(server, 'select 1')).toEqual([1])
    await server.stop()
    expect([lifeOf(Number(said)), socketOf(server)]).toEqual([undefined, false])
  })

  it('starts an adopted server again when it is killed', async () => {
    const { child, said } = await startThere()
    await kill9(child)
    const server = await start()
    process.kill(Number(said), 'SIGKILL')
    await until(() => server.pid !== Number(said))
    expect(await ask(server, 'select 1')).toEqual([1])
  })

  it('replaces an orphan that does not take our password', async () => {
    const { child, said } = await startThere()
    await kill9(child)
    writeFileSync(join(dataDir, 'postgres.password'), 'another')
    const server = await start()
    expect([server.pid === Number(said), lifeOf(Number(said))]).toEqual([false, undefined])
  })

  it('does not take the server of another cluster for ours, though it accepts the password', async () => {
    const { superuserPassword } = await start()
    const cluster = join(dataDir, 'postgres')
    const found = readPostmaster(cluster)
    const answers = (wanted: string) => found && answersFor(found, wanted, superuserPassword)
    expect([await answers(cluster), await answers(join(area.folder, 'copy/postgres'))]).toEqual([true, false])
  })

  it('starts although another process now has the pid that a dead server left, and leaves that process alone', async () => {
    const { child: innocent } = await otherProcess(`console.log('here')`)
    await (await start()).stop()
    const pidFile = join(dataDir, 'postgres/postmaster.pid')
    writeFileSync(
      pidFile,
      `${innocent.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n${join(dataDir, 'run')}\n\n0 0\nready   \n`,
    )
    const server = await start()
    expect(await ask(server, 'select 1')).toEqual([1])
    expect(lifeOf(innocent.pid ?? 0)).toBeDefined()
    await kill9(innocent)
  })

  it('refuses a cluster whose major version is not installed, and one whose password file is lost', async () => {
    await (await start()).stop()
    const versionFile = join(dataDir, 'postgres/PG_VERSION')
    const version = readFileSync(versionFile, 'utf8')
    writeFileSync(versionFile, '12\n')
    await expect(start()).rejects.toThrow('PostgreSQL 12, which made this data folder,')
    writeFileSync(versionFile, version)
    rmSync(join(dataDir, 'postgres.password'))
    await expect(start()).rejects.toThrow('postgres.password of the database is missing')
  })

  it('names the log when PostgreSQL refuses its own folder, and leaves no process', async () => {
    await (await start()).stop()
    writeFileSync(join(dataDir, 'postgres/postgresql.conf'), 'nonsense = 1\n')
    await expect(start()).rejects.toThrow(
      /PostgreSQL did not start \(.*postgresql.conf.*\); its log is .*postgres.log\./,
    )
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false)
  })
})

describe('two processes on one data folder', () => {
  it('cannot both supervise it', async () => {
    const { child } = await startThere()
    await expect(start()).rejects.toThrow(`Process ${child.pid} already runs the PostgreSQL`)
    await kill9(child)
    await (await start()).stop()
  })

  it('share the server when one attaches, also right after it was killed', async () => {
    expect(await attachEmbedded(dataDir)).toBeUndefined()
    const server = await start()
    process.kill(server.pid, 'SIGKILL')
    const attached = await attachEmbedded(dataDir)
    expect(attached && (await ask(attached, 'select 1'))).toEqual([1])
    await server.stop()
    expect(await attachEmbedded(dataDir)).toBeUndefined()
  })

  it('wait for each other when the first runs one command only', async () => {
    const first = await start({ forOneCommand: true })
    expect(await attachEmbedded(dataDir)).toBeUndefined()
    const second = start()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await first.stop()
    expect(await ask(await second, 'select 1')).toEqual([1])
  })

  it('do not attach to what a killed one left; a start adopts it', async () => {
    const { child } = await startThere()
    await kill9(child)
    expect(await attachEmbedded(dataDir)).toBeUndefined()
    await start()
  })
})
