import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = ['package.json', 'package-lock.json', 'tsdown.config.ts', 'src', 'web']
const targets = ['dist/main.js', 'dist/web/index.html']

/** Builds dist/ when it is missing or older than its sources, with all output on stderr. Gives the exit code. */
export function buildIfStale() {
  const built = Math.min(...targets.map((target) => madeAt(join(root, target))))
  if (sources.every((source) => newest(join(root, source)) <= built)) return 0
  console.error('Building …')
  return run('tsdown/dist/run.mjs', '--silent') || run('vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn')
}

/** Zero for what is not there. */
function madeAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

function run(program, ...args) {
  const path = join(root, 'node_modules', program)
  return spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1
}

function newest(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
