import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Secret } from '#kernel'
import { findBinaries } from './binaries.ts'
import { isRoot } from './run-as.ts'

/** A new folder that every user can pass through, and its removal. */
export function openFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-test-'))
  chmodSync(folder, 0o755)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export const quiet = { info: () => {}, warn: () => {} }

export const PATH = '/usr/local/bin:/usr/bin:/bin'

/** The kinds of PostgreSQL that this machine has; says on stderr which one is not tested. */
export async function presentKinds(): Promise<('system' | 'bundled')[]> {
  const { folder, remove } = openFolder()
  const present: ('system' | 'bundled')[] = []
  for (const kind of ['system', 'bundled'] as const) {
    const search = { choice: kind, path: PATH, major: undefined, home: folder, runAs: undefined }
    await findBinaries(search).then(
      () => present.push(kind),
      () => process.stderr.write(`NOT TESTED: this machine has no ${kind} PostgreSQL\n`),
    )
  }
  remove()
  return present
}

/** True when root; says on stderr that the named tests are skipped otherwise. */
export function rootFor(what: string): boolean {
  if (!isRoot()) process.stderr.write(`NOT TESTED: ${what} needs root\n`)
  return isRoot()
}

type Address = { socketDir: string; port: number; superuserPassword: Secret }

/** Runs one statement as the superuser on a connection of its own; a password may be given instead of the right one. */
export async function ask(
  server: Address,
  text: string,
  password = server.superuserPassword.reveal(),
): Promise<unknown[]> {
  const { socketDir: host, port } = server
  const client = new pg.Client({ host, port, user: 'postgres', password, database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** Another Node process that runs these lines, with the door of this module as `embedded`. Resolves at the first line that it prints. */
export async function otherProcess(lines: string): Promise<{ child: ChildProcess; said: string }> {
  const door = new URL('index.ts', import.meta.url).href
  const code = `import * as embedded from ${JSON.stringify(door)}\n${lines}\nsetInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let all = ''
  child.stderr?.on('data', (chunk) => {
    all += chunk
  })
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()))
    child.once('exit', (code) => reject(new Error(`the other process ended with ${code}: ${all}`)))
  })
  return { child, said }
}

/** Ends it the hard way and waits until it is gone. */
export async function kill9(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Waits until the condition holds, at most 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !condition(); ) {
    if (performance.now() > end) throw new Error('it did not come true in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const socketOf = ({ socketDir, port }: { socketDir: string; port: number }) =>
  existsSync(join(socketDir, `.s.PGSQL.${port}`))
