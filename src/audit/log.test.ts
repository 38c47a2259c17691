import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson, sha256, systemClock } from '#kernel'
import { withClient } from '#store'
import { createVault, type DataKey, localKeyProvider } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type AuditLog, createAuditLog, type Receipt } from './log.ts'
import { INSTANCE_CHAIN, type RecordHeader } from './record.ts'
import { genesis, recordHash } from './record-hash.ts'
import { verifyAudit } from './verify.ts'

let db: TestDatabase
let log: AuditLog
let key: DataKey
const folder = mkdtempSync(join(tmpdir(), 'tg-audit-'))
const { publicKey } = generateKeyPairSync('ed25519')

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

function header(more: Partial<RecordHeader> = {}): RecordHeader {
  return { v: 1, kind: 'call', request: randomUUID(), at: Date.now(), outcome: 'ok', ...more }
}

const asSuperuser = (text: string, values: unknown[] = []) =>
  withClient(db.superuser, async (client) => (await client.query(text, values)).rows)

const verified = async (...workspaces: string[]) => {
  const report = await verifyAudit({ jobs: db.jobs, headsFile: join(folder, 'none'), publicKey, workspaces })
  return report.workspaces.map(({ records, problems }) => ({ records, problems }))
}

async function makeAgent(): Promise<{ workspaceId: string; agentId: string; grantId: string }> {
  const [workspaceId, agentId, grantId] = [randomUUID(), randomUUID(), randomUUID()]
  await asSuperuser('insert into tillgate.workspaces values ($1, $2, $2, $3)', [
    workspaceId,
    `w-${workspaceId.slice(0, 8)}`,
    Buffer.alloc(1),
  ])
  await asSuperuser(
    "insert into tillgate.agents (workspace_id, agent_id, kind, name, client_id, created_by) values ($1, $2, 'machine', 'a', $3, 'test')",
    [workspaceId, agentId, agentId],
  )
  await asSuperuser("insert into tillgate.roles values ($1, $2, 'r', 1, '{}')", [workspaceId, grantId])
  await asSuperuser(
    "insert into tillgate.grants (workspace_id, grant_id, agent_id, role_id, scopes, created_by) values ($1, $2, $3, $2, '{}', 'test')",
    [workspaceId, grantId, agentId],
  )
  return { workspaceId, agentId, grantId }
}

describe('a record', () => {
  it('is numbered from 1 and hashed as the layout says, without a body over the digest of zero bytes', async () => {
    const workspaceId = randomUUID()
    const first = header({ tool: 'get_order', shown: { masked: 2, marked: 0 } })
    const receipt = await log.append({ workspaceId, header: first })
    const expected = recordHash({ seq: 1, bodyDigest: sha256(), header: canonicalJson(first) }, genesis(workspaceId))
    expect(receipt).toEqual({ record: 1, hash: expected.toString('hex') })
  })

  it('keeps its body sealed in a table of its own, bound to exactly this header', async () => {
    const workspaceId = randomUUID()
    const entry = { workspaceId, header: header(), body: { key, value: { address: '192.0.2.7' } } }
    await log.append(entry)
    const [row] = await asSuperuser(
      'select header, body_digest, sealed from audit.records join audit.bodies using (workspace_id, seq) where workspace_id = $1',
      [workspaceId],
    )
    expect(row.body_digest).toEqual(sha256(row.sealed))
    expect(row.sealed.includes('192.0.2.7')).toBe(false)
    expect(key.open(row.header, row.sealed).toString()).toBe('{"address":"192.0.2.7"}')
    expect(() => key.open(row.header.replace('ok', 'failed'), row.sealed)).toThrow()
  })

  it('holds quotes, backslashes, NUL and half a surrogate pair of a header without harm to others', async () => {
    const workspaceId = randomUUID()
    const odd = header({ reason: 'a"b\\c{,}\0\ud800 NULL \u20ac' })
    const receipts = await Promise.all([odd, header(), odd].map((each) => log.append({ workspaceId, header: each })))
    expect(receipts.map(({ record }) => record)).toEqual([1, 2, 3])
    expect(await verified(workspaceId)).toEqual([{ records: 3, problems: [] }])
  })

  it('is not written for a workspace or agent that is no UUID', async () => {
    await expect(log.append({ workspaceId: '}', header: header() })).rejects.toThrow(TypeError)
    const taintAgent = 'not a uuid'
    await expect(log.append({ workspaceId: randomUUID(), header: header(), taintAgent })).rejects.toThrow(TypeError)
  })

  it('may be of the instance itself', async () => {
    const receipt = await log.append({ workspaceId: INSTANCE_CHAIN, header: header({ kind: 'instance' }) })
    expect(receipt.record).toBe(1)
  })
})

describe('appending', () => {
  it('gives gap-free chains when two replicas write to five workspaces at once', async () => {
    const workspaces = Array.from({ length: 5 }, () => randomUUID())
    const mistakes: unknown[] = []
    const onMistake = (error: unknown) => mistakes.push(error)
    const pools = [db.pools.audit, db.morePools().audit]
    const logs = pools.map((pool) => createAuditLog({ pool, onMistake }))
    const appends = Array.from({ length: 2_000 }, (_, index) =>
      logs[index % 2]?.append({ workspaceId: workspaces[(index >> 1) % 5] ?? '', header: header() }),
    )
    const receipts = await Promise.all(appends)
    expect(mistakes).toEqual([])
    expect(new Set(receipts.map((receipt) => receipt?.hash)).size).toBe(2_000)
    expect(await verified(...workspaces)).toEqual(workspaces.map(() => ({ records: 400, problems: [] })))
  }, 30_000)

  it('lets a row that the database refuses fail alone', async () => {
    const workspaceId = randomUUID()
    await asSuperuser("alter table audit.records add constraint poison check (header not like '%poison%') not valid")
    try {
      const settled = await Promise.allSettled(
        Array.from({ length: 64 }, (_, index) =>
          log.append({ workspaceId, header: header({ reason: index === 7 ? 'poison' : 'fine' }) }),
        ),
      )
      const failed = settled.filter((result) => result.status === 'rejected')
      expect(failed).toMatchObject([{ reason: { code: 'internal' } }])
      expect(await verified(workspaceId)).toEqual([{ records: 63, problems: [] }])
    } finally {
      await asSuperuser('alter table audit.records drop constraint poison')
    }
  })

  it('refuses at once when too much waits, and tells the ends of chains after each commit', async () => {
    const heads: (Receipt & { workspaceId: string })[] = []
    const narrow = createAuditLog({ pool: db.pools.audit, queueMax: 2, onHeads: (some) => heads.push(...some) })
    const workspaceId = randomUUID()
    const settled = await Promise.allSettled([1, 2, 3].map(() => narrow.append({ workspaceId, header: header() })))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(settled[2]).toMatchObject({ reason: { code: 'unavailable' } })
    expect(heads).toMatchObject([{ workspaceId, record: 2 }])
  })

  it('marks the agent as tainted in the same commit as the record', async () => {
    const { workspaceId, agentId } = await makeAgent()
    await log.append({ workspaceId, header: header(), taintAgent: agentId })
    const rows = await asSuperuser(
      'select a.tainted_at is not null as tainted, a.xmin::text = r.xmin::text as together from tillgate.agents a join audit.records r using (workspace_id) where agent_id = $1',
      [agentId],
    )
    expect(rows).toEqual([{ tainted: true, together: true }])
  })

  it('does not mark an agent of another workspace', async () => {
    const { agentId } = await makeAgent()
    await log.append({ workspaceId: randomUUID(), header: header(), taintAgent: agentId })
    expect(await asSuperuser('select tainted_at from tillgate.agents where agent_id = $1', [agentId])).toEqual([
      { tainted_at: null },
    ])
  })

  it('marks an account as tainted, once for all workspaces, in the same commit as the record', async () => {
    const [account, workspaceId] = [randomUUID(), randomUUID()]
    await Promise.all([1, 2].map(() => log.append({ workspaceId, header: header(), taintAccount: account })))
    const rows = await asSuperuser(
      'select k.tainted_at is not null as tainted, k.xmin::text = r.xmin::text as together from auth.account_marks k, audit.records r where account_id = $1 and workspace_id = $2 and seq = 2',
      [account, workspaceId],
    )
    expect(rows).toEqual([{ tainted: true, together: true }])
  })

  it('notes when a grant was seen, in its own workspace only', async () => {
    const { workspaceId, grantId } = await makeAgent()
    const seen = () => asSuperuser('select last_seen_at from tillgate.grants where grant_id = $1', [grantId])
    await log.append({ workspaceId: randomUUID(), header: header(), seenGrant: grantId })
    expect(await seen()).toEqual([{ last_seen_at: null }])
    await log.append({ workspaceId, header: header(), seenGrant: grantId })
    expect(await seen()).toEqual([{ last_seen_at: expect.any(Date) }])
  })

  it('does not wait for a grant that somebody is changing, who may wait for a record', async () => {
    const { workspaceId, grantId } = await makeAgent()
    await withClient(db.superuser, async (client) => {
      await client.query('begin')
      await client.query('update tillgate.grants set accepted_version = 1 where grant_id = $1', [grantId])
      await log.append({ workspaceId, header: header(), seenGrant: grantId })
      await client.query('commit')
    })
    expect(await verified(workspaceId)).toEqual([{ records: 1, problems: [] }])
  })

  it.each(['taintAgent', 'taintAccount', 'seenGrant'])(
    'refuses a %s that is no id, before it fails others',
    async (mark) => {
      const entry = { workspaceId: randomUUID(), header: header(), [mark]: "x'" }
      await expect(log.append(entry)).rejects.toThrow(TypeError)
    },
  )

  it('rejects when the database dies, works again by itself, and has lost nothing it confirmed', async () => {
    const workspaceId = randomUUID()
    const confirmed: Receipt[] = []
    const failures: unknown[] = []
    let isOver = false
    const writer = async () => {
      while (!isOver) {
        const written = log.append({ workspaceId, header: header() })
        await written.then((receipt) => confirmed.push(receipt)).catch((error) => failures.push(error))
      }
    }
    const writers = Array.from({ length: 8 }, writer)
    await expect.poll(() => confirmed.length).toBeGreaterThan(50)
    await db.crash()
    await expect.poll(() => failures.length).toBeGreaterThan(0)
    const before = confirmed.length
    await db.restart()
    await expect.poll(() => confirmed.length, { timeout: 10_000 }).toBeGreaterThan(before + 20)
    isOver = true
    await Promise.all(writers)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'unavailable' })
    const receipts = confirmed.map((receipt) => ({ ...receipt, workspace: workspaceId }))
    const check = { jobs: db.jobs, headsFile: join(folder, 'none'), publicKey, receipts, workspaces: [workspaceId] }
    expect((await verifyAudit(check)).ok).toBe(true)
  }, 30_000)
})

describe('the rights', () => {
  const append =
    "select audit.append(array[gen_random_uuid()], array[now()], array['{}'], array[decode(repeat('00', 32), 'hex')], array[null::bytea], array[null::uuid], array[null::uuid], array[null::uuid])"

  it.each(['app', 'auth', 'jobs'] as const)('let tillgate_%s append nothing', async (login) => {
    await expect(db.pools[login].query(append)).rejects.toMatchObject({ code: '42501' })
  })

  it.each([
    'select * from audit.records',
    'select * from audit.bodies',
    'select * from audit.heads',
    "insert into audit.heads values (gen_random_uuid(), 1, '')",
    "insert into audit.bodies values (gen_random_uuid(), 1, '')",
    "insert into audit.records values (gen_random_uuid(), 1, now(), '', '', '')",
    "update audit.records set header = ''",
    'update audit.heads set seq = 0',
    'delete from audit.records',
    'delete from audit.bodies',
    'truncate audit.heads',
    'select * from tillgate.agents',
  ])('deny tillgate_audit: %s', async (statement) => {
    await expect(db.pools.audit.query(statement)).rejects.toMatchObject({ code: '42501' })
  })

  it.each(["update audit.records set header = ''", 'delete from audit.records', 'truncate audit.records cascade'])(
    'refuse even the owner and the superuser: %s',
    async (statement) => {
      const asOwner = `set role tillgate_owner; ${statement}`
      await expect(asSuperuser(asOwner)).rejects.toMatchObject({ code: 'TW002' })
      await expect(asSuperuser(statement)).rejects.toMatchObject({ code: 'TW002' })
    },
  )
})
