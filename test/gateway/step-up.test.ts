import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '#commerce'
import { createRoleIn, type Workspace } from '#identity'
import { presets } from '#policy'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { issueToken, type MemberGrant, memberGrant } from '../support/member-grant.ts'
import { callTool, listTools, mcpBody, mcpHeaders } from '../support/rpc.ts'

let test: TestGate
let workspace: Workspace
let narrow: MemberGrant

beforeAll(async () => {
  test = await startTestGate()
  workspace = await test.workspace('alpha')
  narrow = await grant(['stores:read', 'orders:read', 'catalog:read'], ['catalog:read', 'stores:read'])
}, 60_000)
afterAll(() => test?.stop())

const grant = (scopes: readonly Scope[], tokenScopes: readonly Scope[], role = 'support') =>
  memberGrant(test.database, { workspaceId: workspace.workspaceId, role, scopes, tokenScopes })

const ORDER = { name: 'get_order', arguments: { store: 'harbour', id: 'gid://shopify/Order/1' } }
const CUSTOMER = { name: 'get_customer', arguments: { store: 'harbour', id: 'gid://shopify/Customer/1' } }

type ToolCall = { name: string; arguments: object }
type Request = { headers: Record<string, string>; body: string }

const modern = (call: ToolCall): Request => ({
  headers: mcpHeaders(undefined, 'tools/call', call.name),
  body: mcpBody('tools/call', call),
})
const before = (headers: Record<string, string>) => (call: ToolCall) => ({
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
})
/** A parameter of the content type keeps a call off the short way. */
const unusual = (call: ToolCall) => {
  const { headers, body } = modern(call)
  return { headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body }
}

/** As clients of each revision send a call. */
const WAYS: readonly [string, (call: ToolCall) => Request][] = [
  ['2026-07-28, the short way', modern],
  ['2026-07-28, the way of the library', unusual],
  ['2025-11-25', before({ 'mcp-protocol-version': '2025-11-25' })],
  ['2025-06-18', before({ 'mcp-protocol-version': '2025-06-18' })],
  ['2025-03-26', before({ 'mcp-protocol-version': '2025-03-26' })],
  ['2025-03-26, which need not say so', before({})],
]

async function send({ headers, body }: Request, { token = narrow.token, path = '/mcp' } = {}) {
  const authorization = `Bearer ${token}`
  const url = test.gate.url + path
  const response = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body })
  const challenge = response.headers.get('www-authenticate')
  return { status: response.status, challenge, headers: response.headers, text: await response.text() }
}

const recordHeaders = () =>
  test.database.jobs.inWorkspace(workspace.workspaceId, async (tx) => {
    const rows = await tx.selectFrom('audit.records').select('header').orderBy('seq').execute()
    return rows.map(({ header }): Record<string, unknown> => JSON.parse(header))
  })

describe("a call in the role of a member's agent, but outside its token", () => {
  it.each(WAYS)('is answered with a challenge for all scopes at once: %s', async (_way, request) => {
    const { status, challenge, text } = await send(request(ORDER))
    expect(status).toBe(403)
    expect(parametersOf(challenge)).toEqual({
      error: 'insufficient_scope',
      scope: 'stores:read catalog:read orders:read',
      resource_metadata: `${test.gate.url}/.well-known/oauth-protected-resource/mcp`,
    })
    expect(JSON.parse(text)).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32001, message: expect.any(String) } })
  })

  it.each(WAYS)('is answered so where the grant lacks it as well: %s', async (_way, request) => {
    const { status, challenge } = await send(request(CUSTOMER))
    expect(status).toBe(403)
    expect(parametersOf(challenge).scope).toBe('stores:read catalog:read customers:read')
  })

  it('is answered so where the token still says what the grant no longer does', async () => {
    const token = await issueToken(test.database, narrow, { scopes: ['stores:read', 'customers:read'] })
    const { status, challenge } = await send(modern(CUSTOMER), { token })
    expect(status).toBe(403)
    expect(parametersOf(challenge).scope).toBe('stores:read customers:read')
  })

  it('names the metadata of the resource that was asked for', async () => {
    const own = { scopes: ['stores:read'], resource: 'w/alpha' }
    const token = await issueToken(test.database, narrow, own)
    const { status, challenge } = await send(modern(ORDER), { token, path: '/mcp/w/alpha' })
    expect(status).toBe(403)
    expect(challenge).toContain('/.well-known/oauth-protected-resource/mcp/w/alpha"')
  })

  it('is recorded once, before the reply, with the scope that was missing', async () => {
    const earlier = await recordHeaders()
    await send(modern(ORDER))
    const later = await recordHeaders()
    expect(later).toHaveLength(earlier.length + 1)
    expect(later.at(-1)).toMatchObject({
      kind: 'call',
      outcome: 'refused',
      code: 'not_allowed',
      step: 'authorise',
      reason: 'orders:read was not granted',
      tool: 'get_order',
      grant: narrow.grantId,
      account: narrow.accountId,
    })
  })

  it('never reaches the store', async () => {
    const { total } = test.sandbox.calls()
    await send(modern(ORDER))
    await send(before({})(CUSTOMER))
    expect(test.sandbox.calls().total).toBe(total)
  })

  it('is listed nevertheless, so that the agent can ask for it', async () => {
    expect(await listTools(`${test.gate.url}/mcp`, narrow.token)).toContain('get_customer')
  })

  it('works with a token of the scopes that the challenge named', async () => {
    const scopes = parametersOf((await send(modern(ORDER))).challenge).scope?.split(' ') ?? []
    const token = await issueToken(test.database, narrow, { scopes })
    expect((await callTool(`${test.gate.url}/mcp`, token, ORDER)).error).toMatchObject({ code: 'not_found' })
  })

  it('is limited like any other', async () => {
    const definition = { ...presets.support, limits: { per_second: 0.1, burst: 2, concurrency: 1 } }
    const { workspaceId } = workspace
    const role = { workspaceId, name: 'slow', definition, by: 'test' }
    await test.database.jobs.inWorkspace(workspaceId, (tx) => createRoleIn(tx, role))
    const { token } = await grant(['stores:read'], ['stores:read'], 'slow')
    const answers = [
      await send(modern(ORDER), { token }),
      await send(modern(ORDER), { token }),
      await send(modern(ORDER), { token }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 429])
    expect(answers[2]?.headers.get('retry-after')).toBe('10')
    expect(answers[2]).toMatchObject({ challenge: null, text: expect.stringContaining('"id":1') })
  })
})

describe('a call outside the role', () => {
  it.each(WAYS)("of a member's agent is one of a tool that does not exist: %s", async (_way, request) => {
    const { token } = await grant(['stores:read'], ['stores:read'], 'merchandiser')
    const { challenge, text } = await send(request(ORDER), { token })
    expect(challenge).toBeNull()
    expect(text).toContain('"code":-32602')
  })
})

describe('a machine agent', () => {
  it('cannot step up: it is told where an admin can help', async () => {
    const token = await test.token(await test.agent(workspace, { role: 'support', scopes: ['stores:read'] }))
    const { status, error } = await callTool(`${test.gate.url}/mcp`, token, ORDER)
    expect(status).toBe(200)
    expect(error).toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining(`${test.gate.url}/console/w/alpha/agents`),
    })
  })
})

/** The parameters of a Bearer challenge (RFC 6750 section 3). */
function parametersOf(challenge: string | null): Record<string, string | undefined> {
  expect(challenge).toMatch(/^Bearer /)
  return Object.fromEntries([...(challenge ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}
