import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from './start-error.ts'

/** One life of a process: the pid, and its start in clock ticks since boot, since a pid is used again. `start` is empty where /proc is missing. */
export type Life = { pid: number; start: string }

/** The life that this pid has now; undefined when there is none. A zombie is dead, though kill(2) still finds it. */
export function lifeOf(pid: number): Life | undefined {
  if (!pidTaken(pid)) return undefined
  const stat = statOf(pid)
  if (stat === undefined) return pidTaken(pid) ? { pid, start: '' } : undefined
  // The command in parentheses may hold spaces and parentheses itself: fields count from the last one.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : { pid, start: rest[18] ?? '' }
}

/** Whether that very process still lives. */
export function lives(life: Life): boolean {
  const now = lifeOf(life.pid)
  return now !== undefined && (now.start === life.start || now.start === '' || life.start === '')
}

/** Whether a signal would find something under this pid, be it a zombie. */
export function pidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Waits until the process is gone; false when it still lives after `limitMs`. */
export async function goneWithin(life: Life, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs
  while (lives(life)) {
    if (performance.now() > end) return false
    await sleep(20)
  }
  return true
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined // no /proc, or the process ended just now
  }
}
