import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killRounds, verify } from '../support/kills.ts'

const ROUNDS = 20
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tg-kills-'))
  chmodSync(home, 0o755)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('killed without warning under load', () => {
  it(`${ROUNDS} times, it has a record of every call that it answered, in an unbroken chain`, async () => {
    const data = join(home, 'data')
    const { receipts, restartMs, lastExit } = await killRounds(data, ROUNDS)
    const file = join(home, 'receipts.jsonl')
    writeFileSync(file, receipts.map((receipt) => JSON.stringify(receipt)).join('\n'))
    expect(receipts.length).toBeGreaterThanOrEqual(ROUNDS * 20)
    expect(lastExit).toBe(0)
    expect(verify(data, file)).toMatchObject({ ok: true, code: 0 })
    process.stdout.write(
      `${receipts.length} answered calls, slowest restart ${Math.round(Math.max(...restartMs))} ms\n`,
    )
  }, 600_000)
})
