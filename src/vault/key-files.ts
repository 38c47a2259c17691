import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Writes a file (mode 0600) in one step: a crash leaves the old content or the new one, and the new one is on disk. */
export async function replaceFile(path: string, content: string | Buffer): Promise<void> {
  const temporary = await writeBeside(path, content)
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/** As `replaceFile`, but a file that is there already stays as it is: a key is never overwritten. */
export async function createFile(path: string, content: string | Buffer): Promise<void> {
  const temporary = await writeBeside(path, content)
  try {
    await link(temporary, path)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
}

/** Makes a folder of mode 0700 with the folders above it; one that is there keeps its mode. */
export async function createFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
}

/** Whether there is a file or folder of this name. */
export async function exists(path: string): Promise<boolean> {
  return (await modeOf(path)) !== undefined
}

/** Whether somebody other than the owner may read, write or enter it. What is not there is not open. */
export async function isTooOpen(path: string): Promise<boolean> {
  return (((await modeOf(path)) ?? 0) & 0o077) !== 0
}

/** Whether this is the system's error of that code, e.g. `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw cause
  }
}

async function writeBeside(path: string, content: string | Buffer): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  return temporary
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
