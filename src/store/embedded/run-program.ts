import { execFile } from 'node:child_process'
import { identityOf, type RunAs } from './run-as.ts'

/** A program of PostgreSQL and how it is run: as which user, with which libraries. */
export type Program = { file: string; libraryPath: string | undefined; runAs: RunAs | undefined }

/** The whole environment of PostgreSQL. Ours is never passed on: it holds secrets. */
export function environment(libraryPath: string | undefined): NodeJS.ProcessEnv {
  const fixed = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC' }
  return libraryPath === undefined ? fixed : { ...fixed, LD_LIBRARY_PATH: libraryPath }
}

/** Runs it to its end. Rejects, with its output in the error, when it fails or takes longer than `limitMs`. */
export function runProgram(program: Program, args: string[], limitMs: number): Promise<string> {
  const { file, libraryPath, runAs } = program
  // Working in / because PostgreSQL asks for the current folder, and ours may be closed to that user.
  const options = {
    cwd: '/',
    env: environment(libraryPath),
    timeout: limitMs,
    killSignal: 'SIGKILL',
    ...identityOf(runAs),
  } as const
  return new Promise((resolve, reject) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`.slice(-2_000), { cause: error }))
      else resolve(stdout)
    })
  })
}
