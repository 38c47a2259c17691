import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

/** The built Tillgate, started by `tillgate demo` as a process of its own. Build `dist/` first. */
export type Product = {
  readonly ready: Ready
  readonly pid: number
  /** The data folder; the keys lie in `<data>.keys`. */
  readonly data: string
  /** Everything that it wrote to stderr so far. */
  stderr(): string
  /** Everything that it wrote to stdout so far; with `--json` one line. */
  stdout(): string
  /**
   * Ends it and waits for that; removes the data folder where `startProduct` made it. After `kill9` it ends the orphaned PostgreSQL.
   * Gives the exit code, or null where a signal ended it before. Throws where it had to be killed after 30 s.
   */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** Ends it without warning, as a crash does, and waits for that. PostgreSQL and the data folder stay. */
  kill9(): Promise<void>
}

export type StartOptions = {
  /** Further words of the command line. */
  readonly args?: readonly string[]
  /** Added to the environment, which holds no other TILLGATE_ variable but TILLGATE_POSTGRES. */
  readonly env?: Readonly<Record<string, string>>
  /** The Node that runs it, by path; else the one that runs the tests. */
  readonly node?: string
  /** An existing or new data folder, which the caller removes; else one of its own. */
  readonly data?: string
}

const agent = z.object({ client_id: z.string(), client_secret: z.string() })
const readySchema = z.object({
  ready: z.literal(true),
  version: z.string(),
  url: z.string(),
  mcp: z.string(),
  console: z.string(),
  owner: z.object({ email: z.string(), password: z.string(), totp_secret: z.string() }),
  operator_key: z.string().nullable(),
  workspace: z.object({ id: z.string(), slug: z.string() }),
  stores: z.array(z.object({ handle: z.string(), platform: z.string(), mode: z.string(), url: z.string() })).min(1),
  agents: z.object({ analyst: agent, operator: agent }),
})

/** The ready line (docs: the one line that `--json` prints). */
export type Ready = z.output<typeof readySchema>

const MAIN = resolve(import.meta.dirname, '../../dist/main.js')
const READY_MS = 60_000
const STOP_MS = 30_000

/** Starts the built demo on a free port and waits for its ready line. Throws with its stderr when it ends or takes over 60 s. */
export async function startProduct({ args = [], env = {}, node, data }: StartOptions = {}): Promise<Product> {
  const home = data === undefined ? makeFolder() : undefined
  const folder = data ?? join(home ?? '', 'data')
  const words = [MAIN, 'demo', '--data', folder, '--port', '0', '--json', ...args]
  const child = spawn(node ?? process.execPath, words, {
    cwd: home ?? tmpdir(),
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const stop = async (signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM') => {
    const running = !hasEnded(child)
    const code = await end(child, signal)
    await endOrphan(folder)
    if (home !== undefined) rmSync(home, { recursive: true, force: true })
    if (running && child.signalCode === 'SIGKILL') throw new Error(`Tillgate did not stop within ${STOP_MS / 1000} s`)
    return code
  }
  try {
    const ready = await readyLine(child, output)
    const kill9 = async () => void (await end(child, 'SIGKILL'))
    return { ready, pid: child.pid ?? 0, data: folder, stderr: output.stderr, stdout: output.stdout, stop, kill9 }
  } catch (error) {
    await stop()
    throw error
  }
}

/** PostgreSQL of an ordinary user has to pass through it. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tg-product-'))
  chmodSync(folder, 0o755)
  return folder
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('TILLGATE_') || name === 'TILLGATE_POSTGRES'))
}

type Output = { stdout(): string; stderr(): string }

function collect(child: ChildProcess): Output {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk
    })
  }
  return { stdout: () => texts.stdout, stderr: () => texts.stderr }
}

async function readyLine(child: ChildProcess, output: Output): Promise<Ready> {
  for (const until = Date.now() + READY_MS; Date.now() < until; await delay(20)) {
    const [line, rest] = output.stdout().split('\n')
    if (line !== undefined && rest !== undefined) return readySchema.parse(JSON.parse(line))
    if (hasEnded(child)) throw new Error(`Tillgate ended (${child.exitCode ?? child.signalCode}):\n${output.stderr()}`)
  }
  throw new Error(`Tillgate was not ready after ${READY_MS / 1000} s:\n${output.stderr()}`)
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (hasEnded(child)) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(late)
  return child.exitCode
}

/** A killed Tillgate leaves its PostgreSQL running, as a crash does. */
async function endOrphan(data: string): Promise<void> {
  const pidFile = join(data, 'postgres', 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0])
  for (const until = Date.now() + STOP_MS; pid > 1 && signalled(pid, 'SIGINT'); await delay(100)) {
    if (Date.now() > until) throw new Error(`PostgreSQL ${pid} of ${data} does not end`)
  }
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

const tokenAnswer = z.object({ access_token: z.string() })

/** An access token for the agent at `/mcp`, or for the named resource; throws with the server's answer where none came. */
export async function tokenFor(
  ready: Ready,
  name: 'analyst' | 'operator',
  scope?: string,
  resource = ready.mcp,
): Promise<string> {
  const { client_id, client_secret } = ready.agents[name]
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource, ...(scope && { scope }) })
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const response = await fetch(`${ready.url}/oauth/token`, { method: 'POST', headers: { authorization }, body })
  const answer: unknown = await response.json()
  const parsed = tokenAnswer.safeParse(answer)
  if (!parsed.success) throw new Error(`no token: ${response.status} ${JSON.stringify(answer)}`)
  return parsed.data.access_token
}
