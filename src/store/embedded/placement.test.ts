import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attachEmbedded } from './attach.ts'
import { lifeOf } from './liveness.ts'
import { isRoot, unprivilegedUser } from './run-as.ts'
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './supervisor.ts'
import { ask, kill9, openFolder, otherProcess, PATH, quiet, rootFor } from './testing.ts'

let area: ReturnType<typeof openFolder>
let outside: string
let running: EmbeddedPostgres[]
beforeEach(() => {
  area = openFolder()
  outside = join(area.folder, 'outside')
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  area.remove()
})

async function start(dataDir: string, change: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, postgres: 'auto', path: PATH, log: quiet, outside, ...change })
  running.push(server)
  return server
}

function closedFolder(): string {
  const folder = join(area.folder, 'closed')
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

describe('the data folder', () => {
  it('may have a path too long for a socket', async () => {
    const server = await start(join(area.folder, 'x'.repeat(90), 'data'))
    expect(Buffer.byteLength(server.socketDir)).toBeLessThanOrEqual(93)
    expect((statSync(server.socketDir).mode & 0o777).toString(8)).toBe('700')
    const before = server.pid
    const down = new Promise((resolve) => server.onExit(resolve))
    process.kill(before, 'SIGKILL')
    await down
    await attachEmbedded(join(area.folder, 'x'.repeat(90), 'data'))
    expect(await ask(server, 'select 1')).toEqual([1])
    await server.stop()
    expect(existsSync(server.socketDir)).toBe(false)
  })

  it('may have spaces, commas and quotes in its path', async () => {
    const server = await start(join(area.folder, `it's, "so" $HOME`), { postgres: 'system' })
    expect(await ask(server, 'select 1')).toEqual([1])
  })

  it('is refused in a sentence when it is too long, a file, or has a line feed', async () => {
    writeFileSync(join(area.folder, 'file'), '')
    await expect(start(join(area.folder, ...Array(20).fill('x'.repeat(60))))).rejects.toThrow(
      'is longer than 800 bytes',
    )
    await expect(start(join(area.folder, 'file'))).rejects.toThrow('is not a folder')
    await expect(start(join(area.folder, 'file/data'))).rejects.toThrow('is not a folder')
    await expect(start(join(area.folder, 'a\nb'))).rejects.toThrow('control characters')
  })

  it('is refused in a sentence when it cannot be written', async () => {
    const user = isRoot() ? unprivilegedUser() : undefined
    const dataDir = closedFolder()
    chmodSync(dataDir, 0o555)
    const script = `${user ? `process.setgid(${user.gid}); process.setuid(${user.uid})` : ''}
      const start = embedded.startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, postgres: 'auto', path: '', log: {} })
      console.log(await start.catch((error) => error.name + ': ' + error.message))`
    const { child, said } = await otherProcess(script)
    await kill9(child)
    expect(said).toMatch(/^StartError: The folder .* cannot be written by this user: change its owner/)
  })

  it('is refused in a sentence when no PostgreSQL is found', async () => {
    const nowhere = start(join(area.folder, 'data'), { postgres: 'system', path: '' })
    const missing = await nowhere.then(
      () => 'found',
      (error: Error) => error.message,
    )
    if (missing !== 'found')
      expect(missing).toMatch(/PostgreSQL 15 or newer.* was not found .*Install it, or set DATABASE_URL/)
  })
})

describe.runIf(rootFor('the placement of clusters outside'))('as root', () => {
  it('makes the cluster in the data folder and runs it as the unprivileged user', async () => {
    const server = await start(join(area.folder, 'data'))
    expect(statSync(join(area.folder, 'data/postgres')).uid).toBe(unprivilegedUser().uid)
    expect(statSync(`/proc/${server.pid}`).uid).toBe(unprivilegedUser().uid)
    expect((statSync(join(area.folder, 'data')).mode & 0o777).toString(8)).toBe('710')
  })

  it.each(['system', 'bundled'] as const)(
    'puts the cluster outside a closed folder, with %s binaries, and finds it again',
    async (postgres) => {
      const dataDir = join(closedFolder(), 'data')
      const first = await start(dataDir, { postgres })
      await ask(first, 'create table kept as select 7 as n')
      expect([existsSync(join(dataDir, 'postgres')), dirname(dirname(first.socketDir))]).toEqual([
        false,
        realpathSync(outside),
      ])
      expect(await attachEmbedded(dataDir, outside)).toMatchObject({ socketDir: first.socketDir })
      await first.stop()
      expect(await ask(await start(dataDir, { postgres }), 'select n from kept')).toEqual([7])
    },
  )

  it('follows a data folder that was moved, and refuses a copy of one', async () => {
    const folder = closedFolder()
    await (await start(join(folder, 'data'))).stop()
    renameSync(join(folder, 'data'), join(folder, 'moved'))
    await (await start(join(folder, 'moved'))).stop()
    cpSync(join(folder, 'moved'), join(folder, 'copy'), { recursive: true })
    await expect(start(join(folder, 'copy'))).rejects.toThrow(/copy is a copy of .*moved, which owns the database/)
  })

  it('starts afresh when the data folder was removed, ends its server, and keeps the old cluster aside', async () => {
    const dataDir = join(closedFolder(), 'data')
    const { child, said } = await otherProcess(`const server = await embedded.startEmbedded({
      dataDir: ${JSON.stringify(dataDir)}, outside: ${JSON.stringify(outside)}, postgres: 'auto',
      path: ${JSON.stringify(PATH)}, log: { info() {}, warn() {} } }); console.log(server.pid)`)
    await kill9(child)
    rmSync(dataDir, { recursive: true })
    const server = await start(dataDir)
    expect([server.pid === Number(said), lifeOf(Number(said))]).toEqual([false, undefined])
    expect(readdirSync(outside).filter((name) => name.includes('.removed-'))).toHaveLength(1)
  })

  it('runs the cluster of an ordinary user as that user', async () => {
    const dataDir = join(area.folder, 'data')
    await (await start(dataDir)).stop()
    const passwd = readFileSync('/etc/passwd', 'utf8').split('\n')
    const [, , uid, gid] = passwd.find((line) => line.startsWith('nobody:'))?.split(':') ?? []
    for (const path of [dataDir, join(dataDir, 'postgres')]) giveTo(path, Number(uid), Number(gid))
    const server = await start(dataDir)
    expect(statSync(`/proc/${server.pid}`).uid).toBe(Number(uid))
  })

  it('refuses a data folder whose pointer leads elsewhere', async () => {
    const dataDir = join(closedFolder(), 'data')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'postgres.location'), '../../etc')
    await expect(start(dataDir)).rejects.toThrow('postgres.location is damaged')
  })
})

/** Gives a folder and all in it to another user. */
function giveTo(path: string, uid: number, gid: number): void {
  const here = statSync(path)
  chownSync(path, uid, gid)
  if (here.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), uid, gid)
}
