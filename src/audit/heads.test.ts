import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isSignedBy, noteText, parseHead } from './head-note.ts'
import { createHeadSigner } from './heads.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const clock = () => Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const workspaceId = '0191e7a0-0000-7000-8000-000000000001'
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tg-heads-'))
  file = join(folder, 'heads.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const head = (record: number) => ({ workspaceId, record, hash: record.toString(16).padStart(64, '0') })
const seqs = () =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseHead(line)?.seq)

it('signs a C2SP-style note that names chain, size, hash and time', async () => {
  const signer = createHeadSigner({ file, signingKey: privateKey, clock })
  signer.note([head(17)])
  await signer.close()
  const signed = parseHead(readFileSync(file, 'utf8'))
  if (!signed) throw new Error('no head')
  const hash = Buffer.from(head(17).hash, 'hex').toString('base64')
  const text = `tillgate/chain/${workspaceId}\n17\n${hash}\ntime 2026-01-02T03:04:05.678Z\n`
  expect(noteText(signed)).toBe(text)
  expect(verify(null, Buffer.from(text), publicKey, Buffer.from(signed.signature, 'base64'))).toBe(true)
})

it.each([
  ['workspace', '0191e7a0-0000-7000-8000-000000000002'],
  ['seq', 18],
  ['hash', 'ff'.repeat(32)],
  ['time', '2026-01-02T03:04:05.679Z'],
  ['key_id', '00000000'],
])('binds %s', async (name, value) => {
  const signer = createHeadSigner({ file, signingKey: privateKey, clock })
  signer.note([head(17)])
  await signer.close()
  const line = readFileSync(file, 'utf8')
  const changed = parseHead(JSON.stringify({ ...JSON.parse(line), [name]: value }))
  expect(changed && isSignedBy(changed, publicKey)).toBe(false)
})

it('writes a file that only its owner can read, one line a changed chain, the newest end only', async () => {
  const signer = createHeadSigner({ file, signingKey: privateKey, clock })
  signer.note([head(1)])
  signer.note([head(2)])
  await signer.flush()
  await signer.flush()
  signer.note([head(3)])
  await signer.close()
  expect(seqs()).toEqual([2, 3])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

it('signs when a chain has grown by so many records, and by the clock otherwise', async () => {
  const signer = createHeadSigner({ file, signingKey: privateKey, clock, everyRows: 10 })
  for (let record = 1; record <= 12; record++) signer.note([head(record)])
  await expect.poll(() => statSync(file, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(0)
  expect(seqs()[0]).toBeGreaterThanOrEqual(10)
  await signer.close()
  const timed = createHeadSigner({ file, signingKey: privateKey, clock, everyMs: 10 })
  timed.note([head(20)])
  await expect.poll(seqs).toContain(20)
  await timed.close()
})

it('keeps what it cannot write, tells of it, and writes it later', async () => {
  const mistakes: unknown[] = []
  const later = join(folder, 'not-yet', 'heads.jsonl')
  const onMistake = (error: unknown) => mistakes.push(error)
  const signer = createHeadSigner({ file: later, signingKey: privateKey, clock, everyMs: 10, onMistake })
  signer.note([head(5)])
  await expect.poll(() => mistakes.length).toBeGreaterThan(0)
  await expect(signer.flush()).rejects.toMatchObject({ code: 'ENOENT' })
  mkdirSync(join(folder, 'not-yet'))
  await signer.close()
  expect(parseHead(readFileSync(later, 'utf8'))?.seq).toBe(5)
})

it('takes no line for a head that is cut off or has more in it', () => {
  expect(parseHead('{"workspace":"0191')).toBeUndefined()
  expect(parseHead('null')).toBeUndefined()
})
