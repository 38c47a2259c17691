import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../dist/main.js')

/** One command line of the built Tillgate, run to its end. */
export function tillgate(words: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', USER: 'tester', ...env },
    timeout: 60_000,
  })
  const json = () => JSON.parse(stdout)
  return { code: status, stdout, stderr, json }
}

/** A folder for data folders that the unprivileged user of PostgreSQL can pass through. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'tg-cli-'))
  chmodSync(home, 0o755)
  return home
}
