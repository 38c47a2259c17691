import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '#kernel'
import { withClient } from '#store'
import { createVault, type DataKey, localKeyProvider } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type AuditLog, createAuditLog } from './log.ts'
import { INSTANCE_CHAIN } from './record.ts'
import { createRefusals } from './refusals.ts'
import { verifyAudit } from './verify.ts'

let db: TestDatabase
let log: AuditLog
let key: DataKey
const folder = mkdtempSync(join(tmpdir(), 'tg-refusals-'))

beforeAll(async () => {
  db = await startTestDatabase()
  log = createAuditLog({ pool: db.pools.audit })
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  const vault = createVault({ provider, clock: systemClock })
  const context = { workspace: 'w', purpose: 'audit-body' }
  key = await vault.dataKey(context, (await vault.newDataKey(context)).wrapped)
}, 60_000)

afterAll(async () => {
  await db?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Header and opened body of each record of the chain. */
const recorded = (chain: string) =>
  withClient(db.superuser, async (client) => {
    const { rows } = await client.query(
      'select header, sealed from audit.records left join audit.bodies using (workspace_id, seq) where workspace_id = $1 order by seq',
      [chain],
    )
    return rows.map(({ header, sealed }) => ({
      ...JSON.parse(header),
      ...(sealed && { body: JSON.parse(key.open(header, sealed).toString()) }),
    }))
  })

const limited = { reason: 'rate_limited', step: 'limit', code: 'rate_limited' }

it('folds equal refusals into one record with their count and the time of the first and last', async () => {
  let now = 1_000
  const refusals = createRefusals({ log, clock: () => now })
  const workspace = randomUUID()
  const agent = randomUUID()
  for (; now < 1_500; now++) refusals.count(workspace, { ...limited, agent })
  refusals.count(workspace, { ...limited, agent: workspace })
  await refusals.close()
  expect(await recorded(workspace)).toEqual([
    {
      ...limited,
      v: 1,
      kind: 'refusal',
      request: expect.any(String),
      at: 1_500,
      outcome: 'refused',
      agent,
      count: 500,
      from: 1_000,
      to: 1_499,
    },
    expect.objectContaining({ agent: workspace, count: 1, from: 1_500, to: 1_500 }),
  ])
})

it('writes by itself, one record each time', async () => {
  const refusals = createRefusals({ log, clock: systemClock, flushMs: 20 })
  const workspace = randomUUID()
  refusals.count(workspace, limited)
  await expect.poll(async () => (await recorded(workspace)).length).toBe(1)
  refusals.count(workspace, limited)
  await expect.poll(async () => (await recorded(workspace)).length).toBe(2)
  await refusals.close()
})

it('keeps addresses apart, and writes them sealed or not at all', async () => {
  const workspace = randomUUID()
  const keyOf = async (chain: string) => (chain === workspace ? key : undefined)
  const refusals = createRefusals({ log, clock: systemClock, keyOf })
  for (const chain of [workspace, INSTANCE_CHAIN]) {
    refusals.count(chain, { reason: 'no_token', step: 'authenticate', address: '192.0.2.1' })
    refusals.count(chain, { reason: 'no_token', step: 'authenticate', address: '192.0.2.2' })
  }
  await refusals.close()
  const bodies = (await recorded(workspace)).map(({ body }) => body)
  expect(bodies).toEqual([{ address: '192.0.2.1' }, { address: '192.0.2.2' }])
  const instance = await recorded(INSTANCE_CHAIN)
  expect(instance).toHaveLength(2)
  expect(JSON.stringify(instance)).not.toContain('192.0.2')
})

it('counts what is too much as other, and leaves room for workspaces when strangers flood the instance', async () => {
  const refusals = createRefusals({ log, clock: systemClock, keysMax: 10 })
  const workspace = randomUUID()
  const before = (await recorded(INSTANCE_CHAIN)).length
  const noToken = { reason: 'no_token', step: 'authenticate' }
  for (let host = 0; host < 100; host++) refusals.count(INSTANCE_CHAIN, { ...noToken, address: `192.0.2.${host}` })
  refusals.count(workspace, limited)
  await refusals.close()
  const instance = (await recorded(INSTANCE_CHAIN)).slice(before).sort((a, b) => a.count - b.count)
  expect(instance.map(({ reason, count }) => [reason, count])).toEqual([
    ...Array(5).fill(['no_token', 1]),
    ['other', 95],
  ])
  expect(await recorded(workspace)).toMatchObject([limited])
})

it('keeps what it cannot write while the database is down, without growing, and writes it when it is back', async () => {
  const workspace = randomUUID()
  const refusals = createRefusals({ log, clock: systemClock, keysMax: 4 })
  await db.crash()
  for (let round = 0; round < 5; round++) {
    for (let tool = 0; tool < 3; tool++) refusals.count(workspace, { ...limited, tool: `tool_${round}_${tool}` })
    await refusals.flush()
  }
  await db.restart()
  await refusals.close()
  const records = await recorded(workspace)
  expect(records.length).toBeLessThanOrEqual(5)
  expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(15)
  const { publicKey } = generateKeyPairSync('ed25519')
  const check = { jobs: db.jobs, headsFile: join(folder, 'none'), publicKey, workspaces: [workspace] }
  expect((await verifyAudit(check)).ok).toBe(true)
}, 30_000)
