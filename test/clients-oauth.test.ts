import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiOf } from './support/api.ts'
import { callEveryReadTool, schemaMistake } from './support/every-tool.ts'
import type { Page } from './support/headless.ts'
import { type Callback, type DocumentHost, startCallback, startDocumentHost } from './support/loopback-client.ts'
import type { McpClient } from './support/mcp-client.ts'
import { browserClients } from './support/oauth-clients.ts'
import { openidClient } from './support/openid.ts'
import { ownerOf } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { callTool } from './support/rpc.ts'
import { type Consent, type Walker, walker } from './support/walk.ts'

let callback: Callback
let host: DocumentHost
let product: Product
/** One browser for the whole file, as a person has one. */
let owner: Walker
/** The pages that asked, newest last. */
let asked: Page[] = []

beforeAll(async () => {
  callback = await startCallback()
  host = await startDocumentHost([callback.url])
  product = await startProduct({
    env: { NODE_EXTRA_CA_CERTS: host.certificate, TILLGATE_EGRESS_ALLOW: host.host },
  })
  owner = walker(product.ready.url, ownerOf(product.ready))
})
afterAll(async () => {
  await product.stop()
  await host.stop()
  await callback.stop()
})
beforeEach(() => {
  asked = []
})

/** The owner at the browser, who gives this answer. */
const person = (consent: Consent) => async (address: URL) => {
  const page = await owner.consentPage(address)
  asked.push(page)
  return page.hasLeft ? page.url : owner.decide(page, consent)
}

const everything: Consent = { role: 'operator' }
const ways = () => ({ url: product.ready.mcp, callback: callback.url })

async function expectEveryTool(client: McpClient): Promise<void> {
  const called = await callEveryReadTool(client)
  expect(called.filter((each) => each.answer.isError || schemaMistake(each))).toEqual([])
  expect(called).toHaveLength(9)
}

describe.each(browserClients)('$name', ({ revision, connect }) => {
  it('registers itself, sends the person to the browser, and calls every tool', async () => {
    const client = await connect({ ...ways(), walk: person(everything) })
    expect(client.revision).toBe(revision)
    await expectEveryTool(client)
    expect(client.opened).toHaveLength(1)
    expect(client.tokens()).toMatchObject({ access_token: expect.stringMatching(/^tg_at_/) })
    await client.close()
  })

  it('refreshes by itself when its access token is over, without the person', async () => {
    const client = await connect({ ...ways(), walk: person(everything) })
    const before = client.tokens()
    client.expire()
    await expectEveryTool(client)
    expect(client.opened).toHaveLength(1)
    expect(client.tokens().refresh_token).not.toBe(before.refresh_token)
    await client.close()
  })

  it('gets nothing where the person denies', async () => {
    await expect(connect({ ...ways(), walk: person({ decision: 'deny' }) })).rejects.toThrow()
  })
})

const modern = browserClients.filter(({ isModern }) => isModern)

describe.each(modern)('$name', ({ connect }) => {
  it('asks for the difference alone when a call needs more than its token has, and the call then works', async () => {
    const few: Consent = { role: 'operator', scopes: ['stores:read', 'catalog:read'] }
    const client = await connect({ ...ways(), walk: async (address) => person(asked.length === 0 ? few : {})(address) })
    const { structuredContent } = await client.callTool('search_orders', { store: 'harbour', page_size: 1 })
    expect(structuredContent?.items).toHaveLength(1)
    expect(client.opened).toHaveLength(2)
    const [, second] = asked
    const more = /<h2>It asks for more<\/h2>([\s\S]*?)<\/ul>/.exec(second?.html ?? '')?.[1] ?? ''
    expect(more.match(/<li>/g)).toHaveLength(1)
    expect(more).toContain('orders')
    await client.close()
  })
})

describe('a client that is known by its document', () => {
  it.each(modern)('calls every tool without registering: $name', async ({ connect }) => {
    const client = await connect({ ...ways(), walk: person(everything), document: host.clientId })
    expect(client.clientId()).toBe(host.clientId)
    expect(host.fetched()).toBeGreaterThan(0)
    await expectEveryTool(client)
    await client.close()
  })

  it('is shown with the host that vouches for it, and with where the answer goes', async () => {
    const [first] = modern
    const client = await first?.connect({ ...ways(), walk: person(everything), document: host.clientId })
    await client?.close()
    const [page] = asked
    expect(page?.text).toContain(`vouched for by ${new URL(host.clientId).host}`)
    expect(page?.text).toContain(new URL(callback.url).host)
  })
})

describe('openid-client, which knows nothing of MCP', () => {
  const open = (consent: Consent = everything, name = 'openid-client') => {
    const { url, mcp } = product.ready
    return openidClient({ issuer: url, resource: mcp, callback: callback.url, walk: person(consent), name })
  }
  const call = async (token: string) =>
    (await callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })).status

  it('gets a code for a token, and refreshes it', async () => {
    const client = await open()
    const tokens = await client.authorize('stores:read orders:read')
    expect(await call(tokens.access_token)).toBe(200)
    const renewed = await client.refresh(tokens)
    expect(renewed.access_token).not.toBe(tokens.access_token)
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    expect(await call(renewed.access_token)).toBe(200)
  })

  it('cannot widen its scopes by a refresh', async () => {
    const client = await open({ role: 'operator', scopes: ['stores:read'] })
    const tokens = await client.authorize('stores:read')
    await expect(client.refresh(tokens, 'stores:read customers:read')).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  it('has its next call refused when it revokes its refresh token', async () => {
    const client = await open()
    const tokens = await client.authorize()
    await client.revoke(tokens.refresh_token ?? '')
    expect(await call(tokens.access_token)).toBe(401)
    await expect(client.refresh(tokens)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('has its next call refused when it revokes its access token, and works again after a new consent', async () => {
    const client = await open()
    const tokens = await client.authorize()
    await client.revoke(tokens.access_token)
    expect(await call(tokens.access_token)).toBe(401)
    expect(await call((await client.authorize()).access_token)).toBe(200)
  })

  it('has its next call and its refresh refused when the person revokes it in the console', async () => {
    const client = await open(everything, 'To be revoked')
    const tokens = await client.authorize()
    expect(await call(tokens.access_token)).toBe(200)
    const api = apiOf(product.ready.url, product.ready.workspace.slug)
    const { agents } = (await api.get(owner, 'agents?text=To be revoked')).body
    expect((await api.post(owner, `agents/${agents[0].id}/revoke`)).status).toBe(200)
    expect(await call(tokens.access_token)).toBe(401)
    await expect(client.refresh(tokens)).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
