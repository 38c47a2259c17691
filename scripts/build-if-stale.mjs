import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = ['package.json', 'package-lock.json', 'tsdown.config.ts', 'src']

/** Builds dist/ when it is missing or older than its sources, with all output on stderr. Gives the exit code. */
export function buildIfStale() {
  const target = join(root, 'dist', 'main.js')
  if (existsSync(target) && sources.every((source) => newest(join(root, source)) <= statSync(target).mtimeMs)) return 0
  console.error('Building …')
  const tsdown = join(root, 'node_modules', 'tsdown', 'dist', 'run.mjs')
  return spawnSync(process.execPath, [tsdown, '--silent'], { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1
}

function newest(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
