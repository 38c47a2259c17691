import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MachineAgent, Workspace } from '#identity'
import { LANDMARKS } from '#sandbox'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { type Answer, callTool } from '../support/rpc.ts'

let test: TestGate
let workspace: Workspace
let agent: MachineAgent
let token: string

beforeAll(async () => {
  test = await startTestGate()
  workspace = await test.workspace('alpha')
  await raiseLimits()
  agent = await test.agent(workspace, { role: 'operator' })
  token = await test.token(agent)
}, 60_000)
afterAll(() => test?.stop())

async function raiseLimits() {
  await test.database.jobs.inWorkspace(workspace.workspaceId, async (tx) => {
    const roles = await tx.selectFrom('tillgate.roles').select(['role_id', 'definition']).execute()
    for (const { role_id, definition } of roles) {
      const raised = { ...JSON.parse(definition), limits: { per_second: 1000, burst: 1000, concurrency: 100 } }
      await tx
        .updateTable('tillgate.roles')
        .set({ definition: JSON.stringify(raised) })
        .where('role_id', '=', role_id)
        .execute()
    }
  })
}

const call = (name: string, args: object, as = token): Promise<Answer> =>
  callTool(`${test.gate.url}/mcp`, as, { name, arguments: { store: 'harbour', ...args } })

const TOOL_OF = {
  order_note: 'get_order',
  product_description: 'get_product',
  customer_note: 'get_customer',
  customer_name: 'get_customer',
} as const

function toolFor(place: string): string {
  return Object.entries(TOOL_OF).find(([known]) => known === place)?.[1] ?? 'get_order'
}

/** The delimiters with which the strangers' texts of an answer are marked. */
function delimiters(raw: string): string[] {
  return [...new Set([...raw.matchAll(/⟦\w+ text ([0-9a-z]{6})⟧/g)].map((match) => match[1] ?? ''))]
}

describe("strangers' text", () => {
  it.each(LANDMARKS.hostile.map((landmark) => [landmark.key, landmark] as const))(
    '%s arrives marked or not at all',
    async (_key, { place, id }) => {
      const { isError, text } = await call(toolFor(place), { id })
      expect(isError).toBe(false)
      const opened = text.match(/⟦\w+ text [0-9a-z]{6}⟧/g)?.length ?? 0
      const closed = text.match(/⟦\/[0-9a-z]{6}⟧/g)?.length ?? 0
      expect(opened).toBe(closed)
      // No other brackets of this kind: nothing can look like the end of a mark.
      expect(text.match(/[⟦⟧]/g)?.length ?? 0).toBe(2 * (opened + closed))
      expect(delimiters(text).length).toBeLessThanOrEqual(1)
    },
  )

  it('has another delimiter in each answer', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 5; round += 1) {
      for (const delimiter of delimiters((await call('get_order', { id: LANDMARKS.benignNote.id })).text))
        seen.add(delimiter)
    }
    expect(seen.size).toBe(5)
  })

  it('taints the agent in the same commit, before the answer', async () => {
    const fresh = await test.agent(workspace, { role: 'support' })
    const taintedAt = async () => {
      const rows = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
        tx.selectFrom('tillgate.agents').select('tainted_at').where('agent_id', '=', fresh.agentId).execute(),
      )
      return rows[0]?.tainted_at
    }
    const as = await test.token(fresh)
    await call('search_orders', { page_size: 1 }, as)
    expect(await taintedAt()).toBeNull()
    await call('get_order', { id: LANDMARKS.benignNote.id }, as)
    expect(await taintedAt()).toBeInstanceOf(Date)
  })
})

/** The newest sealed body of a record, opened as the workspace's own key opens it. */
async function lastBody(): Promise<unknown> {
  const { header, sealed, audit_key } = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
    tx
      .selectFrom('audit.records as r')
      .innerJoin('audit.bodies as b', 'b.seq', 'r.seq')
      .innerJoin('tillgate.workspaces as w', 'w.workspace_id', 'r.workspace_id')
      .select(['r.header', 'b.sealed', 'w.audit_key'])
      .orderBy('r.seq', 'desc')
      .executeTakeFirstOrThrow(),
  )
  const context = { workspace: workspace.workspaceId, purpose: 'audit-body' }
  const key = await test.foundation.vault.dataKey(context, audit_key)
  return JSON.parse(key.open(header, sealed).toString('utf8'))
}

describe('personal data', () => {
  it('of a customer leaves masked, whatever the tool', async () => {
    const { unicodeCustomer } = LANDMARKS
    const one = await call('get_customer', { id: unicodeCustomer.id })
    expect(one.value).toMatchObject({ name: '[name]', email: '[email]' })
    expect(one.raw).not.toContain('Šťastná')
    expect(one.raw).not.toMatch(/@example\.(com|org|net)/)
  })

  it('is in no answer of any search over all pages', async () => {
    for (const tool of ['search_orders', 'search_customers']) {
      let cursor: unknown
      for (let page = 0; page < 4; page += 1) {
        const answer = await call(tool, { page_size: 50, ...(typeof cursor === 'string' && { cursor }) })
        expect(answer.raw).not.toMatch(/@example\.(com|org|net)/)
        cursor = answer.value?.next_cursor
      }
    }
  })

  it('can be looked up by its exact value, which is masked in the record', async () => {
    const email = 'nobody.at.all@example.com'
    const { value, isError } = await call('search_customers', { email })
    expect(isError).toBe(false)
    expect(value?.items).toEqual([])
    const dump = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
      tx.selectFrom('audit.records').select('header').execute(),
    )
    expect(JSON.stringify(dump)).not.toContain(email)
    expect(await lastBody()).toMatchObject({ arguments: { email: '[email]', store: 'harbour' } })
  })

  it('is dropped for a merchandiser', async () => {
    const as = await test.token(await test.agent(workspace, { role: 'merchandiser' }))
    const { value } = await call('get_product', { id: LANDMARKS.fourVariants.id }, as)
    expect(value).toMatchObject({ id: LANDMARKS.fourVariants.id })
  })
})

describe('an answer', () => {
  it('is the same in structuredContent and in the text', async () => {
    const { value, text } = await call('get_order', { id: LANDMARKS.partialRefund.id })
    expect(JSON.parse(text)).toEqual(value)
  })

  it('carries a receipt that stands in the chain', async () => {
    const { meta } = await call('get_order', { id: LANDMARKS.plainOrder.id })
    const receipt = meta['tillgate/receipt']
    expect(receipt).toEqual({ record: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const { record, hash } = JSON.parse(JSON.stringify(receipt))
    const stored = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
      tx.selectFrom('audit.records').select('hash').where('seq', '=', String(record)).executeTakeFirstOrThrow(),
    )
    expect(stored.hash.toString('hex')).toBe(hash)
  })

  it('labels exactly the leaves that are not the shop’s own', async () => {
    const { meta } = await call('get_order', { id: LANDMARKS.benignNote.id })
    const labels = JSON.parse(JSON.stringify(meta['tillgate/labels']))
    expect(labels['/note']).toEqual({ writer: 'customer', class: 'internal', shown: 'marked' })
    expect(labels['/email']).toEqual({ writer: 'customer', class: 'personal', shown: 'masked' })
    expect(Object.keys(labels)).not.toContain('/number')
    expect(Object.keys(labels)).not.toContain('/lines/*/title')
  })

  it('pages through all orders without a gap or a double', async () => {
    const seen = new Set<string>()
    let cursor: unknown
    do {
      const { value } = await call('search_orders', { page_size: 50, ...(typeof cursor === 'string' && { cursor }) })
      for (const item of Array.isArray(value?.items) ? value.items : []) {
        expect(seen.has(item.id)).toBe(false)
        seen.add(item.id)
      }
      cursor = value?.next_cursor
    } while (cursor !== undefined)
    expect(seen.size).toBe(2000)
  })
})

describe('the record', () => {
  const count = () =>
    test.database.jobs.inWorkspace(workspace.workspaceId, async (tx) => {
      const rows = await tx.selectFrom('audit.records').select('seq').execute()
      return rows.length
    })

  it('gains exactly one row for each attempt, whether it is answered or refused', async () => {
    const attempts: [string, object][] = [
      ['get_order', { id: LANDMARKS.plainOrder.id }],
      ['get_order', { id: 'gid://shopify/Order/1' }],
      ['get_order', { surprise: true }],
      ['no_such_tool', {}],
      ['get_store', { store: 'elsewhere' }],
      ['list_stores', { store: undefined }],
    ]
    for (const [name, args] of attempts) {
      const before = await count()
      await call(name, args)
      expect(await count(), name).toBe(before + 1)
    }
  })

  it('holds nothing personal, no text of an order and no secret in any readable column of the database', async () => {
    await call('get_order', { id: LANDMARKS.benignNote.id })
    const { withClient } = await import('#store')
    const dump = await withClient(test.database.superuser, async (client) => {
      const tables = await client.query(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('tillgate', 'auth', 'audit')",
      )
      const parts: string[] = []
      for (const { name } of tables.rows)
        parts.push(JSON.stringify((await client.query(`select t::text as row from ${name} t`)).rows))
      return parts.join('\n')
    })
    expect(dump).toContain(agent.clientId)
    for (const secret of [
      token,
      agent.clientSecret.reveal(),
      test.sandbox.accessToken.reveal(),
      LANDMARKS.benignNote.note,
      '@example.',
    ]) {
      expect(dump).not.toContain(secret)
      expect(dump).not.toContain(Buffer.from(secret).toString('hex'))
    }
  })
})
