import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { callEveryReadTool, schemaMistake } from './support/every-tool.ts'
import { type McpClient, sdkClients } from './support/mcp-client.ts'
import { type Product, startProduct, tokenFor } from './support/product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(async () => {
  await product.stop()
})

describe.each(sdkClients)('$name', ({ revision, connect }) => {
  let client: McpClient
  beforeAll(async () => {
    client = await connect(product.ready.mcp, { token: await tokenFor(product.ready, 'operator') })
  })
  afterAll(() => client.close())

  it(`agrees on ${revision}`, () => {
    expect(client.revision).toBe(revision)
  })

  it('lists the tools and calls every one of them, and each answer fits its output schema', async () => {
    const called = await callEveryReadTool(client)
    expect(called.map(({ tool }) => tool.name).sort()).toEqual(
      (await client.listTools()).map(({ name }) => name).sort(),
    )
    expect(called).toHaveLength(9)
    for (const each of called) {
      expect(each.answer.isError, each.tool.name).not.toBe(true)
      expect(schemaMistake(each), each.tool.name).toBeUndefined()
      expect(JSON.parse(each.answer.content[0]?.text ?? '')).toEqual(each.answer.structuredContent)
    }
  })

  it('gets a tool error as an answer that it accepts', async () => {
    await client.listTools()
    const answer = await client.callTool('get_order', { store: 'harbour', id: 'gid://shopify/Order/1' })
    expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('(not_found') }] })
    expect(answer).not.toHaveProperty('structuredContent')
  })

  it('finds its way from the 401 to a token for every tool, with nothing but the URL and the credentials', async () => {
    const { url, mcp, agents } = product.ready
    const own = await connect(mcp, { issuer: url, ...agents.operator })
    const called = await callEveryReadTool(own)
    expect(called.filter(({ answer }) => answer.isError)).toEqual([])
    expect(called).toHaveLength(9)
    await own.close()
  })

  it('lists for the analyst only what its role may call', async () => {
    const own = await connect(product.ready.mcp, { issuer: product.ready.url, ...product.ready.agents.analyst })
    const names = (await own.listTools()).map(({ name }) => name)
    expect(names).toContain('get_order')
    expect(names).not.toContain('get_customer')
    await expect(own.callTool('get_customer', { store: 'harbour', id: '1' })).rejects.toMatchObject({ code: -32602 })
    await own.close()
  })

  it('is refused with a secret that is not right', async () => {
    const { client_id, client_secret } = product.ready.agents.analyst
    const wrong = { issuer: product.ready.url, client_id, client_secret: `${client_secret}x` }
    await expect(connect(product.ready.mcp, wrong)).rejects.toThrow(/client authentication failed/i)
  })
})

describe('the way from the 401 to a token', () => {
  it('is written down step by step, without a guess at any address', async () => {
    const { mcp, url, agents } = product.ready
    const refused = await fetch(mcp, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect(refused.status).toBe(401)
    const [, metadata] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
    const { resource, authorization_servers } = described.parse(await json(metadata))
    expect({ resource, authorization_servers }).toEqual({ resource: mcp, authorization_servers: [url] })
    const server = `${authorization_servers[0]}/.well-known/oauth-authorization-server`
    const { issuer, token_endpoint } = metadataOfServer.parse(await json(server))
    expect(issuer).toBe(url)
    const { client_id, client_secret } = agents.analyst
    const body = new URLSearchParams({ grant_type: 'client_credentials', resource, client_id, client_secret })
    expect(await json(token_endpoint, { method: 'POST', body })).toMatchObject({
      access_token: expect.stringMatching(/^tg_at_/),
      token_type: 'Bearer',
    })
  })
})

const described = z.looseObject({ resource: z.string(), authorization_servers: z.array(z.string()) })
const metadataOfServer = z.looseObject({ issuer: z.string(), token_endpoint: z.string() })

async function json(address = '', init: RequestInit = {}): Promise<unknown> {
  return (await fetch(address, init)).json()
}

describe('the check of answers', () => {
  it('sees a missing and a wrong member', async () => {
    const token = await tokenFor(product.ready, 'operator')
    const client = await sdkClients[0]?.connect(product.ready.mcp, { token })
    const [first] = client ? await callEveryReadTool(client) : []
    await client?.close()
    if (first === undefined) throw new Error('nothing was called')
    for (const structuredContent of [{}, { items: 'none' }, undefined]) {
      const answer = { content: [], ...(structuredContent && { structuredContent }) }
      expect(schemaMistake({ tool: first.tool, answer })).toBeTypeOf('string')
    }
  })
})
