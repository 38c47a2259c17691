import type { KeyObject } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '#kernel'
import { signHead } from './head-note.ts'
import type { Head } from './log.ts'

/** Signs the ends of chains into a file that the database cannot reach. */
export type HeadSigner = {
  /** Takes the newest ends, as `onHeads` of the audit log gives them. Cheap; the file is written behind it. */
  note(heads: readonly Head[]): void
  /** Signs what has changed since and resolves when it is on disk. What cannot be written is kept for the next time. */
  flush(): Promise<void>
  /** Flushes and stops the timer. */
  close(): Promise<void>
}

type Options = {
  /** `<keys folder>/heads.jsonl`: outside the data folder. Made with mode 0600. */
  file: string
  /** Ed25519 private key. */
  signingKey: KeyObject
  clock: Clock
  /** Hears of a file that cannot be written; it is tried again. */
  onMistake?: ((error: unknown) => void) | undefined
  /** A chain is signed when it has grown by so many records, 1,000 unless told ... */
  everyRows?: number | undefined
  /** ... and at the latest so many milliseconds after a change, 60,000 unless told. */
  everyMs?: number | undefined
}

/** Its timer does not keep the process alive; whoever ends the process calls `close`. */
export function createHeadSigner(options: Options): HeadSigner {
  const { onMistake, everyRows = 1_000, everyMs = 60_000 } = options
  const changed = new Map<string, Head>()
  const signedUpTo = new Map<string, number>()
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    const heads = [...changed.values()]
    if (heads.length === 0) return
    await appendSynced(options.file, linesOf(heads, options))
    for (const head of heads) {
      signedUpTo.set(head.workspaceId, head.record)
      if (changed.get(head.workspaceId) === head) changed.delete(head.workspaceId)
    }
  }
  const flush = () => {
    const result = writing.then(write)
    writing = result.catch(() => {}) // the next write must start; `result` carries the error
    return result
  }
  let isBehind = false
  const flushBehind = () => {
    if (isBehind) return
    isBehind = true
    const done = () => {
      isBehind = false
    }
    void flush()
      .catch((error) => onMistake?.(error))
      .then(done)
  }
  const timer = setInterval(flushBehind, everyMs).unref()
  return {
    note(heads) {
      let due = false
      for (const head of heads) {
        const before = signedUpTo.get(head.workspaceId)
        if (before === undefined) signedUpTo.set(head.workspaceId, head.record - 1)
        changed.set(head.workspaceId, head)
        due ||= head.record - (before ?? head.record) >= everyRows
      }
      if (due) flushBehind()
    },
    flush,
    close() {
      clearInterval(timer)
      return flush()
    },
  }
}

function linesOf(heads: Head[], { signingKey, clock }: Options): string {
  const time = new Date(clock()).toISOString()
  const lines = heads.map(({ workspaceId, record, hash }) =>
    JSON.stringify(signHead({ workspace: workspaceId, seq: record, hash, time }, signingKey)),
  )
  return `${lines.join('\n')}\n`
}

/** One write, so that several processes can share the file; on disk when it resolves. */
async function appendSynced(path: string, lines: string): Promise<void> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    // A line that a crash has cut off must not swallow the next one.
    await file.appendFile((await endsInMidLine(file, size)) ? `\n${lines}` : lines)
    await file.datasync()
    if (size === 0) await syncFolder(dirname(path))
  } finally {
    await file.close()
  }
}

async function endsInMidLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 0x0a
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
