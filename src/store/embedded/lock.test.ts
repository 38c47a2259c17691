import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lifeOf } from './liveness.ts'
import { type Lock, lockFolder, lockHolder, takeLock } from './lock.ts'
import { kill9, openFolder, otherProcess } from './testing.ts'

let area: ReturnType<typeof openFolder>
let dataDir: string
beforeEach(() => {
  area = openFolder()
  dataDir = join(area.folder, 'data')
})
afterEach(() => area.remove())

const holdInOtherProcess = () =>
  otherProcess(`await embedded.lockFolder(${JSON.stringify(dataDir)}); console.log('held')`)
const locks = (results: unknown[]) =>
  results.filter((taken) => typeof taken === 'object' && taken !== null && 'release' in taken)

describe('lockFolder', () => {
  it('makes the data folder, closed to other users', async () => {
    const lock = await lockFolder(dataDir)
    lock.release()
    expect(statSync(dataDir).mode & 0o007).toBe(0)
  })

  it('refuses a second Tillgate and names the process of the first', async () => {
    const { child } = await holdInOtherProcess()
    await expect(lockFolder(dataDir)).rejects.toThrow(
      `Another Tillgate (process ${child.pid}) already uses the data folder`,
    )
    await kill9(child)
  })

  it('takes over the lock of a process that was killed', async () => {
    const { child } = await holdInOtherProcess()
    await kill9(child)
    const lock = await lockFolder(dataDir)
    await expect(lockFolder(dataDir)).rejects.toThrow(`process ${process.pid}`)
    lock.release()
  })

  it('can be taken again after a release, and releasing twice harms nobody', async () => {
    const first = await lockFolder(dataDir)
    first.release()
    const second = await lockFolder(dataDir)
    first.release()
    await expect(lockFolder(dataDir)).rejects.toThrow('Another Tillgate')
    second.release()
  })

  it('can be released after the folder was removed', async () => {
    const lock = await lockFolder(dataDir)
    rmSync(dataDir, { recursive: true })
    expect(() => lock.release()).not.toThrow()
  })

  it('gives a dead lock to exactly one of many processes that try at once', async () => {
    const { child } = await holdInOtherProcess()
    await kill9(child)
    const attempt = `const at = Date.now() + 1500 - (Date.now() % 1500); while (Date.now() < at);
      console.log(await embedded.lockFolder(${JSON.stringify(dataDir)}).then(() => 'held', () => 'refused'))`
    const all = await Promise.all([1, 2, 3, 4].map(() => otherProcess(attempt)))
    expect(all.map(({ said }) => said).sort()).toEqual(['held', 'refused', 'refused', 'refused'])
    await Promise.all(all.map(({ child }) => kill9(child)))
  })
})

describe('takeLock', () => {
  const holder = (change: object) => {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, '7'), JSON.stringify({ ...ownHolder(), ...change }))
  }
  const ownHolder = () => {
    const probe = join(area.folder, 'probe')
    mkdirSync(probe, { recursive: true })
    return { pid: process.pid, start: lifeOf(process.pid)?.start ?? '', place: ownPlace, note: '' }
  }
  let ownPlace = ''
  beforeEach(async () => {
    const probe = join(area.folder, 'probe')
    const lock = await takeLock(probe, 'mine')
    ownPlace = lockHolder(probe)?.place ?? ''
    if ('release' in lock) lock.release()
  })

  it('does not take another process with the same pid for the holder', async () => {
    holder({ start: '1' })
    expect(locks([await takeLock(dataDir, '')])).toHaveLength(1)
  })

  it('refuses while the very process lives', async () => {
    holder({})
    expect(await takeLock(dataDir, '')).toMatchObject({ pid: process.pid })
  })

  it('takes a holder in another container for alive while it touches its file', async () => {
    holder({ place: 'elsewhere' })
    const beat = setInterval(() => utimesSync(join(dataDir, '7'), new Date(), new Date()), 50)
    expect(await takeLock(dataDir, '', 1_000)).toMatchObject({ place: 'elsewhere' })
    clearInterval(beat)
  })

  it('takes a holder in another container for dead when it is silent', async () => {
    holder({ place: 'elsewhere' })
    expect(locks([await takeLock(dataDir, '', 600)])).toHaveLength(1)
  })

  it('lets one of many in the same process have it, again and again', async () => {
    for (let round = 0; round < 20; round++) {
      const taken = await Promise.all(Array.from({ length: 5 }, () => takeLock(dataDir, '')))
      const winners = taken.filter((one): one is Lock => 'release' in one)
      expect(winners).toHaveLength(1)
      winners[0]?.release()
    }
    expect(readdirSync(dataDir)).toHaveLength(1)
  })

  it('keeps a note that others can read, and no holder after the release', async () => {
    const lock = await takeLock(dataDir, 'one command')
    expect(lockHolder(dataDir)).toMatchObject({ pid: process.pid, note: 'one command' })
    if ('release' in lock) lock.release()
    expect(lockHolder(dataDir)).toBeUndefined()
    expect(readFileSync(join(dataDir, '1'), 'utf8')).toBe('')
  })
})
