import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killRounds, verify } from './support/kills.ts'

const ROUNDS = 3
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tg-kills-'))
  chmodSync(home, 0o755)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('killed without warning under load', () => {
  it(`${ROUNDS} times, it has a record of every call that it answered, in an unbroken chain`, async () => {
    const data = join(home, 'data')
    const { receipts, lastExit } = await killRounds(data, ROUNDS)
    expect(receipts.length).toBeGreaterThanOrEqual(ROUNDS * 20)
    expect(lastExit).toBe(0)
    const file = join(home, 'receipts.jsonl')
    writeFileSync(file, receipts.map((receipt) => JSON.stringify(receipt)).join('\n'))
    expect(verify(data, file)).toMatchObject({ ok: true, code: 0 })

    // A receipt that was never given out shows that the check can fail.
    writeFileSync(file, JSON.stringify({ ...receipts[0], hash: 'ab'.repeat(32) }))
    expect(verify(data, file)).toMatchObject({ ok: false, code: 1 })
  }, 120_000)
})
