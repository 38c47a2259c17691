import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import type { Product } from './product.ts'

const MAIN = resolve(import.meta.dirname, '../../dist/main.js')

/** A command on the host of a running demo, as its operator types it; gives what it says in JSON. Throws where it fails. */
export function operate({ data, ready }: Product, words: readonly string[]): Record<string, Record<string, unknown>> {
  const env = { PATH: process.env.PATH, TILLGATE_OPERATOR_KEY: ready.operator_key ?? '', TILLGATE_URL: ready.url }
  const run = spawnSync(process.execPath, [MAIN, ...words, '--data', data, '--json'], { encoding: 'utf8', env })
  if (run.status !== 0) throw new Error(`tillgate ${words.join(' ')}: ${run.stderr}`)
  return JSON.parse(run.stdout)
}
