import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workspace } from '#identity'
import { tokenHash } from '#kernel'
import { LANDMARKS } from '#sandbox'
import { enterByToken } from '#store'
import { callEveryReadTool, schemaMistake } from '../support/every-tool.ts'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { sdkClients } from '../support/mcp-client.ts'
import { type MemberGrant, memberGrant } from '../support/member-grant.ts'
import { type Answer, callTool, listTools } from '../support/rpc.ts'

let test: TestGate
let workspace: Workspace
let given: MemberGrant

beforeAll(async () => {
  test = await startTestGate()
  workspace = await test.workspace('alpha')
  given = await memberGrant(test.database, { workspaceId: workspace.workspaceId, role: 'operator' })
  await quarantine(new Date())
}, 60_000)
afterAll(() => test?.stop())

const quarantine = (at: Date | null) =>
  test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
    tx
      .updateTable('tillgate.agents')
      .set({ quarantined_at: at, quarantined_by: at && 'test' })
      .where('agent_id', '=', given.agentId)
      .execute(),
  )

const call = (name: string, args: object): Promise<Answer> =>
  callTool(`${test.gate.url}/mcp`, given.token, { name, arguments: { store: 'harbour', ...args } })

describe('an agent in quarantine', () => {
  it('sees no personal data and no text of strangers, in whatever tool', async () => {
    const { id } = LANDMARKS.benignNote
    const order = await call('get_order', { id })
    const customer = await call('get_customer', { id: LANDMARKS.unicodeCustomer.id })
    const found = await call('search_customers', { page_size: 5 })
    for (const answer of [order, customer, found]) {
      expect(answer.isError).toBe(false)
      expect(answer.text).not.toMatch(/⟦|\[(email|name|phone|address)\]|@/)
    }
    expect(order.value).not.toHaveProperty('note')
    expect(order.value).toMatchObject({ id, lines: expect.any(Array) })
    expect(order.meta['tillgate/labels']).not.toHaveProperty('/email')
  })

  it('is not tainted by what it is not shown', async () => {
    const credentials = { tokenHash: tokenHash(given.token), resource: 'core' }
    const found = await enterByToken(test.database.pools.app, credentials, null)
    expect(found?.entry).toMatchObject({ quarantined_at: expect.any(Date), tainted_at: null })
  })

  it('gets answers that fit the output schema of every tool', async () => {
    for (const { connect } of sdkClients.slice(0, 1)) {
      const client = await connect(`${test.gate.url}/mcp`, { token: given.token })
      const mistakes = (await callEveryReadTool(client)).map(schemaMistake)
      await client.close()
      expect(mistakes.filter((mistake) => mistake !== undefined)).toEqual([])
    }
  })

  it('is shown the tools that read', async () => {
    expect(await listTools(`${test.gate.url}/mcp`, given.token)).toContain('get_customer')
  })

  it('is as before from the next call on when it is released', async () => {
    const before = await call('get_order', { id: LANDMARKS.benignNote.id })
    await quarantine(null)
    const after = await call('get_order', { id: LANDMARKS.benignNote.id })
    await quarantine(new Date())
    expect([before.value?.note, after.value?.note]).toEqual([undefined, expect.stringContaining('⟦customer text')])
  })
})
