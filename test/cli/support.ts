import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../dist/main.js')

/** One command line of the built Tillgate, run to its end. */
export function tillgate(words: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH ?? '',
      ...(process.env.TILLGATE_POSTGRES && { TILLGATE_POSTGRES: process.env.TILLGATE_POSTGRES }),
      HOME: process.env.HOME ?? '',
      USER: 'tester',
      ...env,
    },
    timeout: 60_000,
  })
  const json = () => JSON.parse(stdout)
  return { code: status, stdout, stderr, json }
}

/** The same, left running. `ended` gives its exit code, or null where the signal came before it could listen. */
export function startTillgate(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: {
      PATH: process.env.PATH ?? '',
      ...(process.env.TILLGATE_POSTGRES && { TILLGATE_POSTGRES: process.env.TILLGATE_POSTGRES }),
      HOME: process.env.HOME ?? '',
      USER: 'tester',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, as a terminal gives it
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk
    })
  }
  const ended = once(child, 'close').then(() => child.exitCode)
  const firstLine = async () => {
    while (!output.stdout.includes('\n') && child.exitCode === null) await delay(20)
    return output.stdout.split('\n', 1)[0] ?? ''
  }
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { pid: child.pid ?? 0, output, ended, firstLine, stop }
}

/** Processes whose command line names the folder. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(folder))
}

/** A folder for data folders that the unprivileged user of PostgreSQL can pass through. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'tg-cli-'))
  chmodSync(home, 0o755)
  return home
}
