import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Secret } from '#kernel'
import { lifeOf, pidTaken } from './liveness.ts'
import { settleOrphan } from './orphan.ts'
import { parsePidFile, readPostmaster, servesCluster } from './postmaster.ts'
import { canReach, unprivilegedUser } from './run-as.ts'
import { kill9, openFolder, until } from './testing.ts'

it('reads the eight lines of postmaster.pid, and the fewer ones of a server that begins', () => {
  const full = parsePidFile('42\n/data/postgres\n1760000000\n5432\n/data/run\n\n  1 2\nready   \n')
  expect(full).toEqual({ pid: 42, cluster: '/data/postgres', port: 5432, socketDir: '/data/run', status: 'ready' })
  expect(parsePidFile('-42\n/data/postgres\n')).toMatchObject({ pid: 42, socketDir: '', status: '' })
  expect([parsePidFile(''), parsePidFile('x\n/data'), parsePidFile('42')]).toEqual([undefined, undefined, undefined])
})

it('takes a zombie for dead, though a signal still finds it, and clears its pid file away', async () => {
  const { folder, remove } = openFolder()
  onTestFinished(remove)
  // `sleep 60` replaces the shell and never waits for the shell's own child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => kill9(parent))
  const zombie = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
  await until(() => lifeOf(zombie) === undefined)
  expect(pidTaken(zombie)).toBe(true)
  const cluster = join(folder, 'postgres')
  mkdirSync(cluster)
  writeFileSync(join(cluster, 'postmaster.pid'), `${zombie}\n${cluster}\n1\n5432\n${folder}/run\n\n0 0\nready   \n`)
  const placement = { dataDir: folder, home: folder, cluster, runAs: undefined }
  expect(await settleOrphan({ placement, password: new Secret('x'), keep: undefined })).toBeUndefined()
  expect(readPostmaster(cluster)).toBeUndefined()
})

it('knows a server by the folder that it works in', () => {
  expect([servesCluster(process.pid, process.cwd()), servesCluster(process.pid, '/nowhere')]).toEqual(['yes', 'no'])
})

it('prefers the user postgres, takes nobody otherwise, and says what to do without either', () => {
  const [root, nobody, postgres] = [
    'root:x:0:0::/:/bin/sh',
    'nobody:x:65534:65534::/:/bin/sh',
    'postgres:x:101:104::/:/bin/sh',
  ]
  expect(unprivilegedUser([root, nobody, postgres])).toEqual({ uid: 101, gid: 104, name: 'postgres' })
  expect(unprivilegedUser([root, nobody])).toMatchObject({ uid: 65534 })
  expect(() => unprivilegedUser([root, 'postgres:x:0:0::/:/bin/sh'])).toThrow('start Tillgate as an ordinary user')
})

it('sees that a closed folder above stops another user', () => {
  const { folder, remove } = openFolder()
  onTestFinished(remove)
  mkdirSync(join(folder, 'closed/open'), { recursive: true, mode: 0o700 })
  const stranger = { uid: 54321, gid: 54321, name: 'stranger' }
  expect([canReach(folder, stranger), canReach(join(folder, 'closed/open'), stranger)]).toEqual([true, false])
  expect(canReach(join(folder, 'closed/open'), undefined)).toBe(true)
})
