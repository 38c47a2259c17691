import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTANCE_CHAIN } from '#audit'
import type { MachineAgent, Workspace } from '#identity'
import { newToken } from '#kernel'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { callTool, mcpBody, mcpHeaders } from '../support/rpc.ts'

let test: TestGate
let mcp: string
let workspace: Workspace
let agent: MachineAgent
let token: string

beforeAll(async () => {
  test = await startTestGate()
  mcp = `${test.gate.url}/mcp`
  workspace = await test.workspace('alpha')
  agent = await test.agent(workspace, { role: 'operator' })
  token = await test.token(agent)
}, 60_000)
afterAll(() => test?.stop())

const ORDER = { name: 'get_order', arguments: { store: 'harbour', id: 'gid://shopify/Order/1' } }

async function post(init: { token?: string | undefined; headers?: Record<string, string>; body?: string }) {
  const headers = { ...mcpHeaders(init.token, 'tools/list'), ...init.headers }
  const response = await fetch(mcp, { method: 'POST', headers, body: init.body ?? mcpBody('tools/list') })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Why the instance refused, as its own chain has it. */
async function instanceReasons(): Promise<string[]> {
  const records = await test.database.jobs.inWorkspace(INSTANCE_CHAIN, (tx) =>
    tx.selectFrom('audit.records').select('header').orderBy('seq').execute(),
  )
  return records.map(({ header }) => JSON.parse(header).reason)
}

describe('at the door', () => {
  it('asks for a token and says where to get one', async () => {
    const { status, headers } = await post({})
    expect(status).toBe(401)
    const challenge = headers.get('www-authenticate') ?? ''
    expect(challenge).toContain(`resource_metadata="${test.gate.url}/.well-known/oauth-protected-resource/mcp"`)
    expect(challenge).not.toContain('error=')
  })

  it.each([
    ['that never existed', newToken('at')],
    ['of another shape', 'abc'],
    ['with a changed character', `${newToken('at').slice(0, -1)}x`],
    ['that is a client secret', newToken('cs')],
  ])('refuses a token %s', async (_name, bad) => {
    const { status, headers, text } = await post({ token: bad })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(text).not.toContain(bad)
  })

  it('refuses a token for the resource of one workspace at the core, and the other way round', async () => {
    const own = `${mcp}/w/alpha`
    const narrow = await test.token(agent, { resource: own })
    expect((await post({ token: narrow })).status).toBe(401)
    expect((await callTool(own, narrow, { name: 'list_stores', arguments: {} })).isError).toBe(false)
    expect((await callTool(own, token, { name: 'list_stores', arguments: {} })).status).toBe(401)
  })

  it.each(['https://evil.test', 'null', 'http://localhost.evil.test', 'not a url'])(
    'refuses the origin %s',
    async (origin) => {
      expect((await post({ token, headers: { origin } })).status).toBe(403)
    },
  )

  it('lets its own origin through', async () => {
    expect((await post({ token, headers: { origin: test.gate.url } })).status).toBe(200)
  })

  it('refuses a foreign host name, as a rebound DNS name would send it', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const headers = { ...mcpHeaders(token, 'tools/list'), host: 'evil.test' }
      const sent = request(mcp, { method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      sent.on('error', reject)
      sent.end(mcpBody('tools/list'))
    })
    expect(status).toBe(403)
  })

  it.each(['2026-07-28', '2025-11-25', '2025-03-26'])('refuses a batch under %s', async (version) => {
    const batch = `[${mcpBody('tools/list')},${mcpBody('tools/list')}]`
    const { status, text } = await post({ token, headers: { 'mcp-protocol-version': version }, body: batch })
    expect(status).toBe(400)
    expect(JSON.parse(text).error.code).toBe(-32600)
  })

  it('refuses 5 MB before it looks at the token', async () => {
    const body = mcpBody('tools/call', { ...ORDER, arguments: { store: 'x'.repeat(5 << 20) } })
    expect((await post({ body })).status).toBe(413)
    expect((await post({ token, body })).status).toBe(413)
  })

  it('takes a client that goes away in mid-body for no mistake', async () => {
    const { request } = await import('node:http')
    const before = test.mistakes.length
    await new Promise<void>((resolve) => {
      const sent = request(mcp, {
        method: 'POST',
        headers: { ...mcpHeaders(token, 'tools/list'), 'content-length': '1000' },
      })
      sent.on('error', () => {})
      sent.on('close', () => resolve())
      sent.write('{"jsonrpc"', () => setTimeout(() => sent.destroy(), 50))
    })
    await expect
      .poll(async () => {
        await test.gate.flush()
        return instanceReasons()
      })
      .toContain('cut_off')
    expect(test.mistakes.length).toBe(before)
  })

  it('refuses what is not JSON', async () => {
    const { status, text } = await post({ token, body: '{"jsonrpc":' })
    expect(status).toBe(400)
    expect(JSON.parse(text).error.code).toBe(-32700)
  })

  it('refuses another content type', async () => {
    expect((await post({ token, headers: { 'content-type': 'text/plain' } })).status).toBe(415)
  })

  it('refuses a header that says another tool than the body', async () => {
    const headers = { ...mcpHeaders(token, 'tools/call', 'list_stores') }
    const response = await fetch(mcp, { method: 'POST', headers, body: mcpBody('tools/call', ORDER) })
    expect(response.status).toBe(400)
    expect(JSON.parse(await response.text()).error.code).toBe(-32020)
  })

  it('answers GET and DELETE with 405, once the token is right', async () => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await fetch(mcp, { method, headers: mcpHeaders(token, 'x') })
      expect(answer.status).toBe(405)
      expect((await fetch(mcp, { method })).status).toBe(401)
    }
  })

  it('counts each refusal in the chain of the instance, by reason', async () => {
    await test.gate.flush()
    const reasons = await instanceReasons()
    for (const reason of [
      'no_token',
      'unknown_token',
      'malformed_token',
      'foreign_origin',
      'foreign_host',
      'batch',
      'too_large',
      'not_json',
    ]) {
      expect(reasons).toContain(reason)
    }
  })
})

describe('a tool call', () => {
  it('of an unknown tool is the protocol error -32602 and leaves a record', async () => {
    const answer = await callTool(mcp, token, { name: 'drop_tables', arguments: {} })
    expect(answer.rpcError).toMatchObject({ code: -32602, message: 'Unknown tool' })
    expect(test.lines.at(-1)).toMatchObject({ outcome: 'refused', code: 'unlisted', record: expect.any(Number) })
  })

  it('outside the role is the same error, so that the caller learns nothing', async () => {
    const analyst = await test.token(await test.agent(workspace, { role: 'analyst' }))
    const unknown = await callTool(mcp, analyst, { name: 'drop_tables', arguments: {} })
    const outside = await callTool(mcp, analyst, { name: 'get_customer', arguments: { store: 'harbour', id: '1' } })
    expect(outside.rpcError).toEqual(unknown.rpcError)
    expect(outside.status).toBe(unknown.status)
  })

  it.each([
    ['an unknown argument', { ...ORDER.arguments, surprise: 1 }, 'surprise'],
    ['a missing argument', { store: 'harbour' }, 'id'],
    ['a wrong type', { store: 'harbour', id: 7 }, 'id'],
    ['a store that is no handle', { ...ORDER.arguments, store: '../etc' }, 'store'],
    ['an id that is no id', { ...ORDER.arguments, id: 'x" OR 1=1' }, 'id'],
  ])('with %s names the field and leaves a record', async (_name, args, field) => {
    const { error, isError, value } = await callTool(mcp, token, { name: 'get_order', arguments: args })
    expect(isError).toBe(true)
    expect(value).toBeUndefined()
    expect(error).toMatchObject({ code: 'invalid_arguments', field, record: expect.any(Number) })
  })

  it('with a card number or a credential in any argument is refused before it is looked at', async () => {
    for (const text of ['4242 4242 4242 4242', newToken('cs')]) {
      const { error, raw } = await callTool(mcp, token, {
        name: 'search_products',
        arguments: { store: 'harbour', text },
      })
      expect(error).toMatchObject({ code: 'invalid_arguments', field: 'text' })
      expect(raw).not.toContain(text)
    }
  })

  it('with arguments nested or long beyond reason is refused quickly, by name', async () => {
    // Written as text, because JSON.stringify itself gives up at such a depth.
    const deep = `${'['.repeat(300_000)}1${']'.repeat(300_000)}`
    const body = mcpBody('tools/call', { name: 'get_order', arguments: { store: 'harbour', id: 'DEEP' } })
    const headers = mcpHeaders(token, 'tools/call', 'get_order')
    const response = await fetch(mcp, { method: 'POST', headers, body: body.replace('"DEEP"', deep) })
    expect(await response.text()).toContain('nested too deeply')
    const older = { ...headers, 'mcp-protocol-version': '2025-11-25' }
    const legacy = await fetch(mcp, { method: 'POST', headers: older, body: body.replace('"DEEP"', deep) })
    expect(await legacy.text()).not.toMatch(/RangeError|call stack|at .*\.js/)
    const long = await callTool(mcp, token, {
      name: 'get_order',
      arguments: { store: 'harbour', id: 'x'.repeat(500_000) },
    })
    expect(long.error).toMatchObject({
      code: 'invalid_arguments',
      field: 'id',
      message: 'The argument id is too long.',
    })
  })

  it('on an unknown store says where the handles are', async () => {
    const { error } = await callTool(mcp, token, {
      name: 'get_order',
      arguments: { ...ORDER.arguments, store: 'elsewhere' },
    })
    expect(error).toMatchObject({ code: 'not_found', field: 'store' })
    expect(error?.message).toContain('list_stores')
  })

  it('with a scope that the token was not given names the page of the admin', async () => {
    const narrow = await test.token(agent, { scope: 'stores:read' })
    const { error } = await callTool(mcp, narrow, ORDER)
    expect(error).toMatchObject({ code: 'not_allowed', record: expect.any(Number) })
    expect(error?.message).toContain('/console/')
  })

  it.each(['tgc_AAAA', 'abc', `tgc_${'A'.repeat(200)}`])(
    'with the made-up cursor %s asks to start again',
    async (cursor) => {
      const call = { name: 'search_orders', arguments: { store: 'harbour', cursor } }
      expect((await callTool(mcp, token, call)).error).toMatchObject({ code: 'invalid_arguments', field: 'cursor' })
    },
  )

  it('with the cursor of other arguments asks to start again', async () => {
    const first = await callTool(mcp, token, { name: 'search_orders', arguments: { store: 'harbour', page_size: 2 } })
    const cursor = first.value?.next_cursor
    const again = (args: object) =>
      callTool(mcp, token, { name: 'search_orders', arguments: { store: 'harbour', cursor, ...args } })
    expect((await again({ page_size: 2 })).isError).toBe(false)
    expect((await again({ page_size: 3 })).error).toMatchObject({ code: 'invalid_arguments', field: 'cursor' })
    expect((await again({ page_size: 2, status: 'open' })).error).toMatchObject({ field: 'cursor' })
    const other = await callTool(mcp, token, {
      name: 'search_products',
      arguments: { store: 'harbour', page_size: 2, cursor },
    })
    expect(other.error).toMatchObject({ field: 'cursor' })
  })

  it('that comes too often says how many seconds to wait, and is folded into one record', async () => {
    const busy = await test.token(await test.agent(workspace, { role: 'support' }))
    const calls = Array.from({ length: 80 }, () => callTool(mcp, busy, { name: 'list_stores', arguments: {} }))
    const refused = (await Promise.all(calls)).filter((answer) => answer.isError)
    expect(refused.length).toBeGreaterThan(5)
    for (const { error } of refused) {
      expect(error).toMatchObject({ code: 'rate_limited', retry_after_s: 1 })
      expect(error?.record).toBeUndefined()
    }
  })
})
