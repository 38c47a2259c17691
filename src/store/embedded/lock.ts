import { randomBytes } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareDataFolder } from './data-folder.ts'
import { type Life, lifeOf, lives } from './liveness.ts'
import { codeOf, folderProblem, StartError } from './start-error.ts'

/** A held lock. `release` may be called more than once. */
export type Lock = { release(): void }

/** Who holds a lock. `place` is the machine and pid namespace in which the pid means something; `note` is free for the holder. */
export type Holder = Life & { place: string; note: string }

const BEAT_MS = 3_000
const SILENCE_MS = 10_000

/**
 * Makes this process the only Tillgate on the data folder. Refuses with a StartError that names the other process;
 * the lock of a process that died without releasing it is taken over, by exactly one of several that try.
 */
export async function lockFolder(dataDir: string): Promise<Lock> {
  const folder = prepareDataFolder(dataDir)
  const taken = await takeLock(join(folder, 'lock'), '')
  if ('release' in taken) return taken
  throw new StartError(
    `Another Tillgate (process ${taken.pid}) already uses the data folder ${folder}: stop it first, or choose another folder with --data.`,
  )
}

/**
 * Takes the lock that lives in `folder`, or returns who holds it.
 *
 * A lock is the highest-numbered file of the folder. It is never removed, only outnumbered: whoever finds its holder dead or gone links
 * the next number, which only one can do, and lost if a still higher one is there by then. So no two starters can share it.
 * A holder in another pid namespace counts as dead when it does not touch its file for `silenceMs`.
 */
export async function takeLock(folder: string, note: string, silenceMs = SILENCE_MS): Promise<Lock | Holder> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (;;) {
      const top = highest(folder)
      const holder = top === 0 ? undefined : readHolder(join(folder, String(top)))
      if (holder && (await holds(join(folder, String(top)), holder, silenceMs))) return holder
      if (linkNumber(folder, top + 1, note)) return held(folder, top + 1)
    }
  } catch (error) {
    throw folderProblem(error, folder)
  }
}

/** Who holds the lock now, as far as this process can tell without waiting; undefined when nobody does. */
export function lockHolder(folder: string): Holder | undefined {
  const top = highest(folder)
  const holder = top === 0 ? undefined : readHolder(join(folder, String(top)))
  return holder && (holder.place !== thisPlace() || lives(holder)) ? holder : undefined
}

/** Another pid namespace (a container on the same volume) shows its life only by touching its file. */
async function holds(file: string, holder: Holder, silenceMs: number): Promise<boolean> {
  if (holder.place === thisPlace()) return lives(holder)
  const before = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  for (const end = performance.now() + silenceMs; performance.now() < end; ) {
    await sleep(250)
    if (statSync(file, { throwIfNoEntry: false })?.mtimeMs !== before) return readHolder(file) !== undefined
  }
  return false
}

function linkNumber(folder: string, number: number, note: string): boolean {
  const draft = writeDraft(folder, JSON.stringify({ ...lifeOf(process.pid), place: thisPlace(), note }))
  try {
    linkSync(draft, join(folder, String(number)))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  if (highest(folder) === number) return true
  rmSync(join(folder, String(number)), { force: true })
  return false
}

function held(folder: string, number: number): Lock {
  const file = join(folder, String(number))
  for (const lower of numbers(folder).filter((other) => other < number))
    rmSync(join(folder, String(lower)), { force: true })
  const beat = setInterval(() => touch(file), BEAT_MS).unref()
  let released = false
  return {
    release() {
      if (released) return
      released = true
      clearInterval(beat)
      if (highest(folder) === number) renameSync(writeDraft(folder, ''), file)
    },
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // The folder was taken away under a running process; there is nothing left to guard.
  }
}

function writeDraft(folder: string, text: string): string {
  const draft = join(folder, `draft-${randomBytes(8).toString('hex')}`)
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
  return draft
}

const highest = (folder: string) => Math.max(0, ...numbers(folder))

function numbers(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[1-9][0-9]{0,14}$/.test(name))
      .map(Number)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Undefined for a released lock (an empty file), one that was outnumbered meanwhile, and one that a full disk cut short. */
function readHolder(file: string): Holder | undefined {
  try {
    const { pid, start, place, note } = JSON.parse(readFileSync(file, 'utf8'))
    return { pid: Number(pid), start: String(start), place: String(place), note: String(note) }
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function thisPlace(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
