import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workspace } from '#identity'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { callTool } from '../support/rpc.ts'

let test: TestGate
let workspace: Workspace

beforeAll(async () => {
  test = await startTestGate()
  workspace = await test.workspace('alpha')
}, 60_000)
afterAll(() => test?.stop())

describe('a token that is refused', () => {
  it('is recorded once in the workspace that it belonged to, with its count and the address sealed', async () => {
    const agent = await test.agent(workspace, { role: 'support' })
    const token = await test.token(agent)
    await test.database.pools.auth.query(
      "update auth.access_tokens set expires_at = now() - interval '1 second' where client_id = $1",
      [agent.clientId],
    )
    for (let time = 0; time < 3; time += 1) {
      const answer = await callTool(`${test.gate.url}/mcp`, token, { name: 'list_stores', arguments: {} })
      expect(answer.status).toBe(401)
    }
    await test.gate.flush()
    const [row] = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
      tx
        .selectFrom('audit.records as r')
        .innerJoin('audit.bodies as b', 'b.seq', 'r.seq')
        .select(['r.header', 'b.sealed'])
        .orderBy('r.seq', 'desc')
        .execute(),
    )
    const header = row?.header ?? ''
    expect(JSON.parse(header)).toMatchObject({ kind: 'refusal', reason: 'token_expired', count: 3 })
    expect(header).not.toContain('127.0.0.1')
    const { audit_key } = await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
      tx.selectFrom('tillgate.workspaces').select('audit_key').executeTakeFirstOrThrow(),
    )
    const context = { workspace: workspace.workspaceId, purpose: 'audit-body' }
    const key = await test.foundation.vault.dataKey(context, audit_key)
    const body: unknown = JSON.parse(key.open(header, row?.sealed ?? Buffer.alloc(0)).toString('utf8'))
    expect(body).toEqual({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })
  })
})

describe('the token endpoint', () => {
  it('lets one address try only so often', async () => {
    const ask = () =>
      fetch(`${test.gate.url}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('tg_client_x:guess').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    const answers = await Promise.all(Array.from({ length: 140 }, ask))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1')
  })
})
