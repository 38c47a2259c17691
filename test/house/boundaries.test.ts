import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '#kernel'

const root = packageRoot()
let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'tg-house-'))
  for (const name of ['src', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

function cruise(folder: string, places: string[]): { totalCruised: number; broken: string[] } {
  const words = [...places, '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  const program = join(root, 'node_modules/.bin/depcruise')
  const { stdout } = spawnSync(program, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
  const { summary } = JSON.parse(stdout)
  const broken = summary.violations.map((violation: { rule: { name: string } }) => violation.rule.name)
  return { totalCruised: summary.totalCruised, broken }
}

describe('the boundaries between modules', () => {
  it('were looked at, and hold', () => {
    const { totalCruised, broken } = cruise(root, ['src', 'test', 'bench'])
    expect(totalCruised).toBeGreaterThan(200)
    expect(broken).toEqual([])
  }, 60_000)

  it('are seen when they are crossed', () => {
    const planted = {
      'policy/planted.ts':
        "import { randomUUID } from 'node:crypto'\nimport { openPools } from '#store'\nexport const planted = [randomUUID, openPools]\n",
      'connectors/planted.ts':
        "import { request } from 'node:https'\nimport { createVault } from '#vault'\nexport const planted = [request, createVault]\n",
      'gateway/planted.ts': "import { gcra } from '../policy/gcra.ts'\nexport const planted = gcra\n",
    }
    for (const [path, text] of Object.entries(planted)) writeFileSync(join(copy, 'src', path), text)
    expect(new Set(cruise(copy, ['src']).broken)).toEqual(
      new Set([
        'policy-uses-only-kernel-commerce',
        'policy-and-screen-are-pure',
        'connectors-uses-only-kernel-commerce',
        'connectors-reach-outside-by-egress',
        'enter-by-the-front-door',
      ]),
    )
  }, 60_000)
})
