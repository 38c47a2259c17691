import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canonicalJson, sha256, systemClock } from '#kernel'
import { withClient } from '#store'
import { createVault, type DataKey, localKeyProvider } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { createHeadSigner, type HeadSigner } from './heads.ts'
import { type AuditLog, createAuditLog, type Receipt } from './log.ts'
import { explainProblem } from './problems.ts'
import { INSTANCE_CHAIN } from './record.ts'
import { genesis, recordHash } from './record-hash.ts'
import { type VerifyOptions, verifyAudit } from './verify.ts'

let db: TestDatabase
let log: AuditLog
let signer: HeadSigner
let key: DataKey
let workspace: string
let receipts: Receipt[]
const folder = mkdtempSync(join(tmpdir(), 'tg-verify-'))
const headsFile = join(folder, 'heads.jsonl')
const { privateKey, publicKey } = generateKeyPairSync('ed25519')

beforeAll(async () => {
  db = await startTestDatabase()
  signer = createHeadSigner({ file: headsFile, signingKey: privateKey, clock: systemClock })
  log = createAuditLog({ pool: db.pools.audit, onHeads: signer.note })
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  const vault = createVault({ provider, clock: systemClock })
  const context = { workspace: 'w', purpose: 'audit-body' }
  key = await vault.dataKey(context, (await vault.newDataKey(context)).wrapped)
}, 60_000)

afterAll(async () => {
  await signer?.close()
  await db?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Ten records, the even ones with a body, and nothing in the heads file. */
beforeEach(async () => {
  await signer.flush()
  rmSync(headsFile, { force: true })
  workspace = randomUUID()
  receipts = await append(10)
})

async function append(count: number): Promise<Receipt[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      log.append({
        workspaceId: workspace,
        header: { v: 1, kind: 'call', request: randomUUID(), at: Date.now() + index, outcome: 'ok', rows: index },
        ...(index % 2 === 1 && { body: { key, value: { text: `body ${index}` } } }),
      }),
    ),
  )
}

/** What somebody does who owns the database: no trigger, no foreign key, no policy. */
async function tamper(...statements: string[]): Promise<void> {
  await withClient(db.superuser, async (client) => {
    await client.query('begin; set local session_replication_role = replica')
    for (const statement of statements) await client.query(statement.replaceAll('WS', `'${workspace}'`))
    await client.query('commit')
  })
}

async function verify(more: Partial<VerifyOptions> = {}) {
  const audit = await verifyAudit({ jobs: db.jobs, headsFile, publicKey, workspaces: [workspace], ...more })
  const [report] = audit.workspaces
  expect(audit.ok).toBe(report?.problems.length === 0)
  for (const problem of report?.problems ?? []) expect(explainProblem(problem)).toMatch(/^[A-Z].*\d.*\.$/)
  return report
}

const problems = async (more: Partial<VerifyOptions> = {}) => (await verify(more))?.problems

const withReceipts = () => ({ receipts: receipts.map((receipt) => ({ ...receipt, workspace })) })

const swap = (a: number, b: number, columns: string) =>
  `update audit.records r set (${columns}) = (select ${columns} from audit.records o where o.workspace_id = WS and o.seq = ${a + b} - r.seq) where workspace_id = WS and seq in (${a}, ${b})`

/** A new history with right hashes from the first to the last, head included. */
async function rewrite(last: number): Promise<void> {
  const statements: string[] = []
  let hash: Buffer = genesis(workspace)
  for (let seq = 1; seq <= last; seq++) {
    const header = canonicalJson({ v: 1, forged: seq })
    hash = recordHash({ seq, header, bodyDigest: sha256() }, hash)
    statements.push(
      `insert into audit.records values (WS, ${seq}, now(), '${header}', '\\x${sha256().toString('hex')}', '\\x${hash.toString('hex')}')`,
    )
  }
  await tamper(
    'delete from audit.bodies where workspace_id = WS',
    'delete from audit.records where workspace_id = WS',
    ...statements,
    `update audit.heads set seq = ${last}, hash = '\\x${hash.toString('hex')}' where workspace_id = WS`,
  )
}

describe('an untouched log', () => {
  it('has no problem against its heads and receipts', async () => {
    await signer.flush()
    expect(await verify(withReceipts())).toEqual({
      workspace,
      slug: null,
      records: 10,
      last: 10,
      bodies: { present: 5, erased: 0, none: 5 },
      heads: 1,
      problems: [],
      problemsLeftOut: 0,
    })
  })

  it('is read in pages', async () => {
    for (let batch = 0; batch < 3; batch++) await append(2_500)
    expect(await verify()).toMatchObject({ records: 7_510, problems: [] })
  }, 30_000)

  it('has its erased bodies counted, which is no problem', async () => {
    await db.jobs.inWorkspace(workspace, (tx) => tx.deleteFrom('audit.bodies').where('seq', '<=', '4').execute())
    expect(await verify()).toMatchObject({ bodies: { present: 3, erased: 2, none: 5 }, problems: [] })
  })

  it('may grow while it is verified', async () => {
    const writing = Promise.all(Array.from({ length: 20 }, () => append(50)))
    for (let round = 0; round < 5; round++) expect(await problems(withReceipts())).toEqual([])
    await writing
  })

  it('is verified with all chains: workspaces, the instance, and those that only heads or receipts know', async () => {
    await signer.flush()
    const elsewhere = randomUUID()
    const receipt = { workspace: elsewhere, record: 1, hash: '00' }
    const report = await verifyAudit({ jobs: db.jobs, headsFile, publicKey, receipts: [receipt] })
    expect(report.workspaces.map((each) => each.workspace)).toEqual([INSTANCE_CHAIN, workspace, elsewhere])
    expect(report.workspaces[2]?.problems).toEqual([{ kind: 'tail_cut', head: 1, last: 0, known_from: ['receipt'] }])
  })
})

describe('verify shows', () => {
  it('a changed header', async () => {
    await tamper(
      `update audit.records set header = replace(header, '"ok"', '"no"') where workspace_id = WS and seq = 4`,
    )
    expect(await problems(withReceipts())).toEqual([{ kind: 'changed', seq: 4 }])
  })

  it('a changed header whose hash was made again', async () => {
    await tamper(
      `update audit.records set header = '{}', hash = sha256('tg1' || (select hash from audit.records where workspace_id = WS and seq = 3) || int8send(4) || body_digest || '{}') where workspace_id = WS and seq = 4`,
    )
    expect(await problems()).toEqual([{ kind: 'changed', seq: 5 }])
    expect(await problems(withReceipts())).toEqual([
      { kind: 'receipt_mismatch', seq: 4 },
      { kind: 'changed', seq: 5 },
    ])
  })

  it('a changed time', async () => {
    await tamper(`update audit.records set at = at - interval '1 hour' where workspace_id = WS and seq = 4`)
    expect(await problems()).toEqual([{ kind: 'time_changed', seq: 4 }])
  })

  it('a changed body, and does not take it for an erased one', async () => {
    await tamper(`update audit.bodies set sealed = sealed || '\\x00' where workspace_id = WS and seq = 4`)
    expect(await verify()).toMatchObject({
      bodies: { present: 5, erased: 0 },
      problems: [{ kind: 'body_changed', seq: 4 }],
    })
  })

  it('a body that was added to a record without one', async () => {
    await tamper(`insert into audit.bodies values (WS, 3, '\\x00')`)
    expect(await problems()).toEqual([{ kind: 'body_changed', seq: 3 }])
  })

  it('removed records', async () => {
    await tamper('delete from audit.records where workspace_id = WS and seq in (1, 5, 6, 7)')
    expect(await problems()).toEqual([
      { kind: 'gap', from: 1, to: 1 },
      { kind: 'gap', from: 5, to: 7 },
    ])
  })

  it('a removed record behind which all others moved up', async () => {
    await tamper(
      'delete from audit.records where workspace_id = WS and seq = 8',
      'update audit.records set seq = seq - 1 where workspace_id = WS and seq = 9',
      'update audit.records set seq = seq - 1 where workspace_id = WS and seq = 10',
      'update audit.bodies set seq = seq - 1 where workspace_id = WS and seq = 10',
      'delete from audit.bodies where workspace_id = WS and seq = 8',
    )
    expect(await problems()).toEqual([
      { kind: 'changed', seq: 8 },
      { kind: 'changed', seq: 9 },
      { kind: 'tail_cut', head: 10, last: 9, known_from: ['database_head'] },
    ])
  })

  it.each([
    ['with their hashes', 'at, header, body_digest, hash'],
    ['without their hashes', 'at, header, body_digest'],
  ])('reordered records, swapped %s, neighbours or not', async (_, columns) => {
    await tamper(swap(3, 7, columns), swap(9, 10, columns))
    expect(await problems(withReceipts())).toEqual([
      { kind: 'reordered', seq: 3, found_at: 7 },
      { kind: 'reordered', seq: 7, found_at: 3 },
      { kind: 'reordered', seq: 9, found_at: 10 },
      { kind: 'reordered', seq: 10, found_at: 9 },
    ])
  })

  it('a tail that was cut off, by the head in the database', async () => {
    await tamper('delete from audit.records where workspace_id = WS and seq > 7')
    expect(await problems()).toEqual([{ kind: 'tail_cut', head: 10, last: 7, known_from: ['database_head'] }])
  })

  it('a tail that was cut off with the head set back, by a signed head and a receipt', async () => {
    await signer.flush()
    await tamper(
      'delete from audit.records where workspace_id = WS and seq > 7',
      'update audit.heads set (seq, hash) = (select seq, hash from audit.records where workspace_id = WS and seq = 7) where workspace_id = WS',
    )
    expect(await problems()).toEqual([{ kind: 'tail_cut', head: 10, last: 7, known_from: ['signed_head'] }])
    expect(await problems({ ...withReceipts(), headsFile: join(folder, 'none') })).toEqual([
      { kind: 'tail_cut', head: 10, last: 7, known_from: ['receipt'] },
    ])
  })

  it('a chain that is gone altogether, by a signed head', async () => {
    await signer.flush()
    await tamper(...['bodies', 'records', 'heads'].map((table) => `delete from audit.${table} where workspace_id = WS`))
    expect(await problems()).toEqual([{ kind: 'tail_cut', head: 10, last: 0, known_from: ['signed_head'] }])
  })

  it('a history that was rewritten consistently, by signed heads', async () => {
    await signer.flush()
    await append(5)
    await signer.flush()
    await rewrite(15)
    expect(await problems()).toEqual([{ kind: 'head_mismatch', seq: 10, head: 'signed_head', count: 2 }])
  })

  it('a history that was rewritten consistently, by a receipt', async () => {
    await rewrite(10)
    expect(await problems()).toEqual([])
    expect(await problems({ receipts: withReceipts().receipts.slice(1, 2) })).toEqual([
      { kind: 'receipt_mismatch', seq: 2 },
    ])
  })

  it('records added past the head, and a head that names another hash', async () => {
    await tamper(
      "insert into audit.records values (WS, 11, now(), '{}', sha256(''), (select sha256('tg1' || hash || int8send(11) || sha256('') || '{}') from audit.records where workspace_id = WS and seq = 10))",
    )
    expect(await problems()).toEqual([{ kind: 'beyond_head', head: 10, last: 11 }])
    await tamper("update audit.heads set seq = 11, hash = sha256('') where workspace_id = WS")
    expect(await problems()).toEqual([{ kind: 'head_mismatch', seq: 11, head: 'database_head', count: 1 }])
  })
})

describe('the heads file', () => {
  it('is no evidence where its signature is not that of the key', async () => {
    await signer.flush()
    writeFileSync(headsFile, readFileSync(headsFile, 'utf8').replace('"seq":10', '"seq":11'))
    expect(await problems()).toEqual([{ kind: 'bad_signature', seq: 11, line: 1 }])
    const other = generateKeyPairSync('ed25519').publicKey
    expect(await problems({ publicKey: other })).toEqual([{ kind: 'bad_signature', seq: 11, line: 1 }])
  })

  it('of another workspace does not count for this one', async () => {
    await signer.flush()
    writeFileSync(headsFile, readFileSync(headsFile, 'utf8').replace(workspace, INSTANCE_CHAIN))
    const report = await verify({ workspaces: [INSTANCE_CHAIN] })
    expect(report).toMatchObject({ heads: 0, problems: [{ kind: 'bad_signature', seq: 10, line: 1 }] })
  })

  it('may end in a line that a crash cut off', async () => {
    await signer.flush()
    appendFileSync(headsFile, '{"workspace":"00')
    await append(1)
    await signer.flush()
    const audit = await verifyAudit({ jobs: db.jobs, headsFile, publicKey, workspaces: [workspace] })
    expect(audit).toMatchObject({ ok: true, unreadableHeads: 1, workspaces: [{ heads: 2 }] })
  })
})
