import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LANDMARKS } from '#sandbox'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { mcpBody, mcpHeaders } from '../support/rpc.ts'

let test: TestGate
let token: string

beforeAll(async () => {
  test = await startTestGate()
  token = await test.token(await test.agent(await test.workspace('alpha'), { role: 'support' }))
}, 60_000)
afterAll(() => test?.stop())

type Call = { name: string; arguments?: unknown }

async function send(call: Call, contentType: string) {
  const headers = { ...mcpHeaders(token, 'tools/call', call.name), 'content-type': contentType }
  const response = await fetch(`${test.gate.url}/mcp`, { method: 'POST', headers, body: mcpBody('tools/call', call) })
  const body: unknown = JSON.parse(await response.text())
  const isOneWrite = response.headers.has('content-length')
  return { isOneWrite, status: response.status, type: response.headers.get('content-type'), body: withoutChance(body) }
}

/** Without what differs from call to call: record number, hash and the delimiter of marks. */
function withoutChance(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replace(/"record":\d+/g, '"record":0')
    .replace(/record \d+/g, 'record 0')
    .replace(/"hash":"[0-9a-f]+"/g, '"hash":""')
    .replace(/ text [0-9a-z]{6}⟧/g, ' text ⟧')
    .replace(/⟦\/[0-9a-z]{6}⟧/g, '⟦/⟧')
  return JSON.parse(text)
}

describe('an ordinary call', () => {
  it.each<[string, Call]>([
    ['an answer', { name: 'get_order', arguments: { store: 'harbour', id: LANDMARKS.benignNote.id } }],
    ['a page', { name: 'search_products', arguments: { store: 'harbour', vendor: 'nobody' } }],
    ['a refusal', { name: 'get_order', arguments: { store: 'harbour', id: 'gid://shopify/Order/1' } }],
    ['wrong arguments', { name: 'get_order', arguments: { surprise: 1 } }],
    ['no arguments', { name: 'list_stores' }],
    ['an unknown tool', { name: 'drop_tables', arguments: {} }],
  ])('is answered as the protocol library answers it: %s', async (_name, call) => {
    // A parameter of the content type is allowed and unusual, so this one takes the long way.
    const long = await send(call, 'application/json; charset=utf-8')
    const short = await send(call, 'application/json')
    expect({ ...short, isOneWrite: false }).toEqual(long)
    expect(short.isOneWrite).toBe(call.name !== 'drop_tables')
  })
})
