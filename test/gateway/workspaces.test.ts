import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MachineAgent, revokeAgent, type Workspace } from '#identity'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { callTool, listTools } from '../support/rpc.ts'

let test: TestGate
let mcp: string
let alpha: { workspace: Workspace; agent: MachineAgent; token: string }
let beta: { workspace: Workspace; agent: MachineAgent; token: string }

beforeAll(async () => {
  test = await startTestGate()
  mcp = `${test.gate.url}/mcp`
  const join = async (slug: string) => {
    const workspace = await test.workspace(slug)
    const agent = await test.agent(workspace, { role: 'operator' })
    return { workspace, agent, token: await test.token(agent) }
  }
  alpha = await join('alpha')
  beta = await join('beta')
}, 60_000)
afterAll(() => test?.stop())

describe('two workspaces', () => {
  it('cannot use the resource of each other, with any token', async () => {
    const own = await test.token(alpha.agent, { resource: `${mcp}/w/alpha` })
    expect((await callTool(`${mcp}/w/beta`, own, { name: 'list_stores', arguments: {} })).status).toBe(401)
    expect((await callTool(`${mcp}/w/beta`, alpha.token, { name: 'list_stores', arguments: {} })).status).toBe(401)
    await expect(test.token(alpha.agent, { resource: `${mcp}/w/beta` })).rejects.toThrow('invalid_target')
  })

  it('cannot use a cursor of each other', async () => {
    const args = { store: 'harbour', page_size: 2 }
    const first = await callTool(mcp, alpha.token, { name: 'search_orders', arguments: args })
    const stolen = { ...args, cursor: first.value?.next_cursor }
    const { error } = await callTool(mcp, beta.token, { name: 'search_orders', arguments: stolen })
    expect(error).toMatchObject({ code: 'invalid_arguments', field: 'cursor' })
  })

  it('have records of their own, each numbered from 1', async () => {
    const count = (workspaceId: string) =>
      test.database.jobs.inWorkspace(workspaceId, async (tx) => {
        const rows = await tx.selectFrom('audit.records').select('seq').orderBy('seq').execute()
        return rows.map(({ seq }) => Number(seq))
      })
    for (const { workspace } of [alpha, beta]) {
      const numbers = await count(workspace.workspaceId)
      expect(numbers).toEqual(numbers.map((_, index) => index + 1))
      expect(numbers.length).toBeGreaterThan(0)
    }
  })

  it('do not stop when an agent of the other one is revoked', async () => {
    const agent = await test.agent(beta.workspace, { role: 'support' })
    const token = await test.token(agent)
    const by = { by: 'test', agent: agent.agentId }
    const parts = { jobs: test.database.jobs, authPool: test.database.pools.auth }
    await expect(revokeAgent(parts, { workspaceId: alpha.workspace.workspaceId, ...by })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await callTool(mcp, token, { name: 'list_stores', arguments: {} })).isError).toBe(false)
  })
})

describe('an agent', () => {
  const parts = () => ({ jobs: test.database.jobs, authPool: test.database.pools.auth })

  it('that is revoked is refused at its very next call, with the same token', async () => {
    const agent = await test.agent(alpha.workspace, { role: 'support' })
    const token = await test.token(agent)
    expect((await callTool(mcp, token, { name: 'list_stores', arguments: {} })).isError).toBe(false)
    await revokeAgent(parts(), { workspaceId: alpha.workspace.workspaceId, agent: agent.agentId, by: 'test' })
    expect((await callTool(mcp, token, { name: 'list_stores', arguments: {} })).status).toBe(401)
    await expect(test.token(agent)).rejects.toThrow('invalid_client')
  })

  it('with an expired token is refused', async () => {
    const agent = await test.agent(alpha.workspace, { role: 'support' })
    const token = await test.token(agent)
    await test.database.pools.auth.query(
      "update auth.access_tokens set expires_at = now() - interval '1 second' where client_id = $1",
      [agent.clientId],
    )
    expect((await callTool(mcp, token, { name: 'list_stores', arguments: {} })).status).toBe(401)
  })

  it('of a frozen workspace is refused', async () => {
    const workspace = await test.workspace('frozen')
    const token = await test.token(await test.agent(workspace, { role: 'support' }))
    await test.database.jobs.inWorkspace(workspace.workspaceId, (tx) =>
      tx.updateTable('tillgate.workspaces').set({ frozen_at: new Date() }).execute(),
    )
    expect((await callTool(mcp, token, { name: 'list_stores', arguments: {} })).status).toBe(401)
  })

  it('lists what its role and its stores allow, and nothing else', async () => {
    const analyst = await test.token(await test.agent(alpha.workspace, { role: 'analyst' }))
    expect(await listTools(mcp, analyst)).toEqual([
      'list_stores',
      'get_store',
      'search_products',
      'get_product',
      'get_inventory',
      'search_orders',
      'get_order',
    ])
    const merchandiser = await test.token(await test.agent(alpha.workspace, { role: 'merchandiser' }))
    expect(await listTools(mcp, merchandiser)).not.toContain('get_order')
  })

  it('sees the change of its role at the next call', async () => {
    const agent = await test.agent(alpha.workspace, { role: 'operator' })
    const token = await test.token(agent)
    expect(await listTools(mcp, token)).toContain('get_customer')
    await test.database.jobs.inWorkspace(alpha.workspace.workspaceId, (tx) =>
      tx
        .updateTable('tillgate.roles')
        .set((eb) => ({
          version: eb('version', '+', 1),
          definition:
            '{"limits":{"burst":30,"concurrency":16,"per_second":10},"personal":"mask","scopes":["stores:read"],"strangers_text":"mark"}',
        }))
        .where('name', '=', 'operator')
        .execute(),
    )
    expect(await listTools(mcp, token)).toEqual(['list_stores', 'get_store'])
    expect(
      (await callTool(mcp, token, { name: 'get_order', arguments: { store: 'harbour', id: 'gid://shopify/Order/1' } }))
        .rpcError?.code,
    ).toBe(-32602)
  })
})
