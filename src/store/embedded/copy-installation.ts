import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join } from 'node:path'

/**
 * Copies a PostgreSQL installation so that everybody may run it, without what only compilers need, and returns `to`.
 * The copy gets its name when it is complete, so an interrupted one is never used.
 */
export function copyInstallation(from: string, to: string): string {
  if (existsSync(to)) return to
  const draft = `${to}.new`
  rmSync(draft, { recursive: true, force: true })
  copyFolder(from, draft)
  renameSync(draft, to)
  return to
}

function copyFolder(from: string, to: string): void {
  mkdirSync(to)
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name === 'pkgconfig' || entry.name.endsWith('.a')) continue
    if (entry.isDirectory()) copyFolder(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(basename(readlinkSync(source)), target)
    else copyFile(source, target, basename(from) === 'bin')
  }
}

function copyFile(source: string, target: string, isProgram: boolean): void {
  copyFileSync(source, target, constants.COPYFILE_FICLONE)
  chmodSync(target, isProgram ? 0o755 : 0o644)
}
