import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '../..')

/** Every document of the repository that people read, as a path from its root. */
export function documents(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  return [...top, ...below.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))].sort()
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** A fenced block: the word of its language, the rest of the line, and what is inside. */
export type Block = { readonly line: number; readonly language: string; readonly note: string; readonly text: string }

/** The fenced blocks of a document, in order. */
export function blocksOf(path: string): Block[] {
  const source = readDocument(path)
  const fences = source.match(/^```/gm) ?? []
  const blocks = [...source.matchAll(/^```(\S*) *(.*)\n([\s\S]*?)^```$/gm)]
  if (fences.length !== 2 * blocks.length) throw new Error(`${path}: a block has no end, or begins inside another`)
  return blocks.map(({ 1: language = '', 2: note = '', 3: text = '', index }) => {
    return { line: source.slice(0, index).split('\n').length, language, note, text }
  })
}

/** What `.ci/run` runs from a clone of its own: it would run these tests inside themselves. */
const WHOLE = /\bnpm (?:ci|start|test|run (?:check|prove|bench))\b/

/** How a block of commands is proved. */
export function proofOf({ note, text }: Block): 'here' | 'by .ci/run' | 'not' {
  if (note.startsWith('not-run: ')) return 'not'
  return WHOLE.test(text) ? 'by .ci/run' : 'here'
}

/** A folder that looks like a clone in which `npm start` has run once, for blocks that write where they stand. */
export function scratchClone(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tg-docs-'))
  chmodSync(folder, 0o755)
  for (const name of ['dist', 'src', 'node_modules', 'package.json']) symlinkSync(join(ROOT, name), join(folder, name))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

type Session = { path: string; folder: string; env: Record<string, string>; limitMs: number }
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/**
 * Runs the blocks of a document in one `sh -e`, as a reader would who types them in order; stderr names each block before it runs.
 * What a block left running is ended by its process group.
 */
export async function runDocument({ path, folder, env, limitMs }: Session): Promise<Ended> {
  const here = blocksOf(path).filter((block) => block.language === 'sh' && proofOf(block) === 'here')
  const script = here.map(({ line, text }) => `echo '=== ${path}:${line}' >&2\n${text}\n`).join('')
  const file = join(folder, `${path.replaceAll('/', '-')}.sh`)
  writeFileSync(file, script)
  const child = spawn('sh', ['-e', file], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGTERM'), limitMs)
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
  await endGroup(child.pid)
  return { code, ...said }
}

const STOP_MS = 15_000

/** Ends what blocks left running in the background, as `kill` would, and in the end by force. */
async function endGroup(pid: number | undefined): Promise<void> {
  for (const until = Date.now() + STOP_MS; signalGroup(pid, 'SIGTERM') && Date.now() < until; ) await delay(100)
  signalGroup(pid, 'SIGKILL')
}

/** Whether there is still somebody in the group who got it. */
function signalGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal)
  } catch {
    return false
  }
}
