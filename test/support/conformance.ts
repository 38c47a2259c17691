import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { foreign, type Ran, runForeign, startForeign } from './foreign.ts'

const check = z.looseObject({
  id: z.string(),
  status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
  errorMessage: z.string().optional(),
})

/** What the conformance suite found: how many checks passed, and which did not, as `STATUS id`. */
export type Verdict = {
  readonly exit: number
  readonly passed: number
  readonly others: string[]
  /** Everything that it printed, for a person. */
  readonly output: string
}

export type Aim = {
  readonly kind: 'server' | 'authorization'
  readonly url: string
  readonly scenario: string
  readonly revision: string
}

/** Runs one scenario of the suite in one protocol revision. Throws where it left no checks: not run is not passed. */
export async function runScenario({ kind, url, scenario, revision }: Aim): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'tg-conformance-'))
  try {
    const words = [kind, '--url', url, '--scenario', scenario, '--spec-version', revision, '-o', folder]
    const timeout = kind === 'server' ? ['--timeout', '15000'] : []
    const ran = await runForeign(foreign.conformance, [...words, ...timeout], folder)
    return verdictOf(folder, ran)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export type AuthorizationAim = {
  readonly issuer: string
  readonly resource: string
  readonly clientId: string
  /** Where the suite waits for the browser: the client has `http://127.0.0.1:<port>/callback` as its redirect URI. */
  readonly port: number
  readonly revision: string
  readonly walk: (address: URL) => Promise<URL>
}

/** Runs every scenario about the authorization server: the second one needs what the first one found. */
export async function runAuthorizationSuite({ walk, ...aim }: AuthorizationAim): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'tg-conformance-'))
  try {
    const who = ['--client-id', aim.clientId, '--resource', aim.resource, '-p', `${aim.port}`]
    const words = ['authorization', '--url', aim.issuer, ...who, '--spec-version', aim.revision, '-o', folder]
    const suite = startForeign(foreign.conformance, words, { home: folder })
    const back = await walk(await suite.address(/\/oauth\/authorize\?/))
    await fetch(back)
    return verdictOf(folder, await suite.ended)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function verdictOf(folder: string, { code, stdout, stderr }: Ran): Verdict {
  const checks = readChecks(folder)
  if (checks.length === 0) throw new Error(`there were no checks:\n${stdout}${stderr}`)
  const others = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO')
  return {
    exit: code,
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    others: others.map(({ status, id }) => `${status} ${id}`).sort(),
    output: others.map(({ id, errorMessage }) => `${id}: ${errorMessage}`).join('\n'),
  }
}

function readChecks(folder: string): z.output<typeof check>[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('checks.json'))
  return files.flatMap((name) => z.array(check).parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}
