import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { foreign, runForeign } from './foreign.ts'

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
    const { code, stdout, stderr } = await runForeign(foreign.conformance, [...words, ...timeout], folder)
    const checks = readChecks(folder)
    if (checks.length === 0) throw new Error(`${scenario} made no checks in ${revision}:\n${stdout}${stderr}`)
    const others = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO')
    return {
      exit: code,
      passed: checks.filter(({ status }) => status === 'SUCCESS').length,
      others: others.map(({ status, id }) => `${status} ${id}`).sort(),
      output: others.map(({ id, errorMessage }) => `${id}: ${errorMessage}`).join('\n'),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readChecks(folder: string): z.output<typeof check>[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('checks.json'))
  return files.flatMap((name) => z.array(check).parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}
