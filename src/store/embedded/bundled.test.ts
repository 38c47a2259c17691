import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBundled, prepareBundled } from './bundled.ts'
import { unprivilegedUser } from './run-as.ts'
import { runProgram } from './run-program.ts'
import { openFolder, presentKinds, rootFor } from './testing.ts'

let area: ReturnType<typeof openFolder>
let home: string
beforeEach(() => {
  area = openFolder()
  home = area.folder
})
afterEach(() => area.remove())

/** The package as npm leaves it with --ignore-scripts: without the links that its script makes. */
async function unlinkedPackage(): Promise<string> {
  const installed = (await findBundled(home, undefined))?.postgres ?? ''
  rmSync(join(home, 'binaries'), { recursive: true })
  const copy = join(home, 'package')
  cpSync(join(installed, '../../..'), copy, { recursive: true, verbatimSymlinks: true })
  const lib = join(copy, 'native/lib')
  for (const name of readdirSync(lib)) if (lstatSync(join(lib, name)).isSymbolicLink()) rmSync(join(lib, name))
  return join(copy, 'native')
}

describe.runIf((await presentKinds()).includes('bundled'))('the bundled PostgreSQL', () => {
  it('runs without the install script of its package', async () => {
    const native = await unlinkedPackage()
    const { libraryPath, ...found } = prepareBundled(native, home, undefined)
    const run = (libraries: string | undefined, file: string) =>
      runProgram({ file, libraryPath: libraries, runAs: undefined }, ['--version'], 5_000)
    await expect(run(undefined, found.postgres)).rejects.toThrow('cannot open shared object file')
    expect(await run(libraryPath, found.postgres)).toContain(`PostgreSQL) ${found.major}.`)
    expect(await run(libraryPath, found.initdb)).toContain(`PostgreSQL) ${found.major}.`)
  })

  it('is copied when its programs are not executable', async () => {
    const native = await unlinkedPackage()
    chmodSync(join(native, 'bin/initdb'), 0o644)
    const found = prepareBundled(native, home, undefined)
    expect(found.initdb.startsWith(join(home, 'binaries'))).toBe(true)
    expect(statSync(found.initdb).mode & 0o777).toBe(0o755)
  })

  it('is refused from a path that cannot stand in LD_LIBRARY_PATH', async () => {
    const native = await unlinkedPackage()
    expect(() => prepareBundled(native, join(home, 'a:b'), undefined)).toThrow('cannot run from a path with one of')
  })

  it.runIf(rootFor('copying the bundled PostgreSQL'))(
    'is copied, complete and open, when the unprivileged user cannot reach it',
    async () => {
      const native = await unlinkedPackage()
      chmodSync(join(native, '..'), 0o700)
      const before = process.umask(0o077)
      const runAs = unprivilegedUser()
      const { postgres, libraryPath } = prepareBundled(native, home, runAs)
      process.umask(before)
      expect(postgres.startsWith(join(home, 'binaries'))).toBe(true)
      expect(await runProgram({ file: postgres, libraryPath, runAs }, ['--version'], 5_000)).toContain('PostgreSQL')
      expect(existsSync(join(postgres, '../../share/postgresql/postgres.bki'))).toBe(true)
    },
  )
})
