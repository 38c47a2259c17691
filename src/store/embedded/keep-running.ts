import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from './launch.ts'
import type { Placement } from './placement.ts'
import { trimServerLog } from './server-log.ts'
import { removeSocketFolder } from './socket-folder.ts'
import { terminate } from './terminate.ts'

/** What happens to a supervised server. `reason` and `failed` are for the log. */
export type ServerState =
  | { kind: 'ready'; pid: number; adopted: boolean }
  | { kind: 'down'; pid: number; reason: string }
  | { kind: 'restart_failed'; failed: unknown; retryMs: number }
  | { kind: 'stopped' }

type Started = { running: Running; adopted: boolean }
type Options = {
  first: Started
  /** Starts it again on the same socket folder. */
  again: (socketDir: string, signal: AbortSignal) => Promise<Started>
  placement: Placement
  changed: (state: ServerState) => void
}
type Kept = { pid(): number; onExit(listener: (reason: string) => void): void; stop(): Promise<void> }

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
// Only a server that stayed up for a while has earned a quick restart again.
const STEADY_MS = 10_000
const LOG_CHECK_MS = 30_000

/** Starts the server again whenever it ends, until `stop`. */
export function keepRunning(options: Options): Kept {
  const stopping = new AbortController()
  const listeners: ((reason: string) => void)[] = []
  const logCheck = setInterval(() => trimServerLog(options.placement.home), LOG_CHECK_MS).unref()
  const watched: Watched = { ...options, running: options.first.running, stop: stopping.signal, listeners }
  const watching = watch(watched)
  let stopped: Promise<void> | undefined

  async function end(): Promise<void> {
    stopping.abort()
    clearInterval(logCheck)
    await watching
    await terminate(watched.running.life)
    removeSocketFolder(watched.running.socketDir, options.placement)
    options.changed({ kind: 'stopped' })
  }

  return {
    pid: () => watched.running.life.pid,
    onExit: (listener) => void listeners.push(listener),
    stop: () => {
      stopped ??= end()
      return stopped
    },
  }
}

type Watched = Options & { running: Running; stop: AbortSignal; listeners: ((reason: string) => void)[] }

async function watch(watched: Watched): Promise<void> {
  const told = once(watched.stop)
  let waitMs = FIRST_WAIT_MS
  let now: Started | undefined = watched.first
  while (now) {
    watched.running = now.running
    const since = performance.now()
    const reason = await untilDown(now, watched, told)
    if (watched.stop.aborted) return
    for (const listener of watched.listeners) listener(reason)
    if (performance.now() - since > STEADY_MS) waitMs = FIRST_WAIT_MS
    now = undefined
    while (!now && !watched.stop.aborted) {
      await Promise.race([sleep(waitMs, undefined, { ref: false }), told])
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      now = await restart(watched, waitMs)
    }
  }
}

async function untilDown({ running, adopted }: Started, { changed, stop }: Watched, told: Promise<string>) {
  const { pid } = running.life
  if (!stop.aborted) changed({ kind: 'ready', pid, adopted })
  const reason = await Promise.race([running.gone, told])
  if (!stop.aborted) changed({ kind: 'down', pid, reason })
  return reason
}

async function restart({ again, running, stop, changed }: Watched, retryMs: number): Promise<Started | undefined> {
  if (stop.aborted) return undefined
  try {
    return await again(running.socketDir, stop)
  } catch (failed) {
    if (!stop.aborted) changed({ kind: 'restart_failed', failed, retryMs })
    return undefined
  }
}

function once(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'), { once: true }))
}
