import { goneWithin, type Life, lives } from './liveness.ts'

const FAST_MS = 10_000
const CRASH_MS = 5_000

/**
 * Ends a server: SIGINT (fast: clients are cut, a checkpoint is written), after 10 s SIGQUIT (recovers at the next start),
 * after 5 s more SIGKILL. SIGTERM would wait for clients. Only the very process is signalled, never one that got its pid later.
 */
export async function terminate(server: Life): Promise<void> {
  const steps = [
    ['SIGINT', FAST_MS],
    ['SIGQUIT', CRASH_MS],
    ['SIGKILL', CRASH_MS],
  ] as const
  for (const [signal, patienceMs] of steps) {
    if (lives(server)) process.kill(server.pid, signal)
    if (await goneWithin(server, patienceMs)) return
  }
}
