import { readdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** Ticks of /proc last 10 ms on every Linux that Node runs on. */
const TICK_US = 10_000

/** CPU time of a process so far, user and system, in microseconds. */
export function cpuOf(pid: number): number {
  const { user, system } = statOf(pid)
  return (user + system) * TICK_US
}

/** CPU time of the processes that a process has started, and of those that they have started, in microseconds. */
export function cpuOfChildren(pid: number): number {
  const children = childrenByParent()
  const sum = (parent: number): number =>
    (children.get(parent) ?? []).reduce((total, child) => total + cpuWithEnded(child) + sum(child), 0)
  return sum(pid)
}

/** Cores' time that was spent on anything since the start of the machine, in microseconds. */
export function cpuOfMachine(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  )
    .split(/\s+/)
    .map(Number)
  return (user + nice + system + irq + softirq) * TICK_US
}

export type MachineFacts = {
  readonly cores: number
  readonly processor: string
  readonly memory_gb: number
  readonly kernel: string
  readonly node: string
  readonly load_average: number
}

/** The machine as it is now; the load average is that of the last minute. */
export function machineFacts(): MachineFacts {
  const processors = cpus()
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memory_gb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    load_average: loadNow(),
  }
}

/** Load average of the last minute. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

/** Fields of proc(5) `stat`; the name of the program may hold spaces, so they are counted from its closing bracket. */
function statOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((at) =>
    Number(fields[at]),
  )
  return { parent, user, system, ended: endedUser + endedSystem }
}

function cpuWithEnded(pid: number): number {
  const stat = statIfThere(pid)
  return stat ? (stat.user + stat.system + stat.ended) * TICK_US : 0
}

/** A process may end between being listed and being read. */
function statIfThere(pid: number) {
  try {
    return statOf(pid)
  } catch {
    return undefined
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    const stat = Number.isInteger(pid) ? statIfThere(pid) : undefined
    if (!stat) continue
    const siblings = children.get(stat.parent)
    if (siblings) siblings.push(pid)
    else children.set(stat.parent, [pid])
  }
  return children
}
