import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'
import { buildIfStale } from '../scripts/build-if-stale.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'node_modules', '.cache', 'tillgate-bench')
const PROCESSES = {
  load: new URL('./load.ts', import.meta.url),
  servers: new URL('./servers.ts', import.meta.url),
  upstream: new URL('./upstream.ts', import.meta.url),
}
/** Tillgate as it is shipped. */
const BUILT = join(ROOT, 'dist', 'main.js')

/** Builds Tillgate when its sources are newer, and the processes of the benchmark, so that all run as plain JavaScript. */
export async function buildAll(): Promise<void> {
  if (buildIfStale() !== 0) throw new Error('the build failed')
  await build({
    config: false,
    cwd: ROOT,
    entry: Object.values(PROCESSES).map((file) => fileURLToPath(file)),
    outDir: OUT,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    fixedExtension: false,
    logLevel: 'error',
  })
}

/** A process of the benchmark that is asked and answers over IPC, one thing at a time. */
export type Helper = {
  readonly pid: number
  /** Sends a message, if one is given, and resolves to the next one that comes back. */
  ask<Answer>(message?: object): Promise<Answer>
  stop(): Promise<void>
}

export function startHelper(name: keyof typeof PROCESSES): Helper {
  const child = spawn(process.execPath, [join(OUT, `${name}.js`)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return {
    pid: pidOf(child),
    ask<Answer>(message?: object) {
      if (message) child.send(message)
      return new Promise<Answer>((resolve, reject) => {
        const gone = () => reject(new Error(`the process ${name} ended early`))
        child.once('exit', gone)
        child.once('message', (answer) => {
          child.off('exit', gone)
          // Both ends are this benchmark's own; protocol.ts says what is sent.
          resolve(answer as Answer)
        })
      })
    },
    stop: () => stop(child),
  }
}

/** Starts the built Tillgate, with nothing of this environment but the search path, and waits until it is ready. */
export async function startTillgate(args: readonly string[], egressAllow: string) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TILLGATE_EGRESS_ALLOW: egressAllow }
  const child = spawn(process.execPath, [BUILT, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('tillgate ended early'))),
  ])
  const { url }: { url: string } = JSON.parse(String(line))
  return { pid: pidOf(child), url, stop: () => stop(child) }
}

/** SIGTERM lets it end its work; what does not end in 15 s is killed. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const cut = setTimeout(() => child.kill('SIGKILL'), 15_000)
  if (child.connected) child.disconnect()
  else child.kill('SIGTERM')
  await exited
  clearTimeout(cut)
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process could not be started')
  return pid
}
