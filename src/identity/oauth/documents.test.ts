import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEgress, type Egress } from '#connectors'
import { AppError } from '#kernel'
import { clientExampleTls } from '../../../test/client-example-tls.ts'
import { cookieBrowser } from '../../../test/cookie-browser.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { allow, REDIRECT, redeem, request, SCOPES_GIVEN } from '../../../test/oauth-flow.ts'
import { connect } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import { clientDocuments } from './documents.ts'
import { requestNotes } from './notes.ts'

let database: TestDatabase
let oauth: TestOauthServer
let egress: Egress
let host: string
let answer: RequestListener
let asked = 0
let now = Date.now()
let isFull = false
const limits: string[] = []

const server = createServer(clientExampleTls, (req, res) => {
  asked += 1
  answer(req, res)
})

beforeAll(async () => {
  database = await startTestDatabase()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  host = `client.example:${typeof address === 'object' ? address?.port : 0}`
  egress = createEgress({ allow: [host], resolve: async () => ['127.0.0.1'], authority: clientExampleTls.cert })
  oauth = await startTestOauthServer(database, {
    fetchDocument,
    clock: () => now,
    limit: (key) => {
      limits.push(key)
      if (isFull) throw new AppError('rate_limited', 'Too many calls; wait 7 seconds.', { retryAfterS: 7 })
    },
  })
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  server.closeAllConnections()
  server.close()
  await egress?.close()
  await database?.stop()
})
beforeEach(() => {
  asked = 0
  isFull = false
  limits.length = 0
  oauth.events.length = 0
})

/** As a running Tillgate fetches them. */
async function fetchDocument(url: string) {
  const purpose = { name: 'client document', host: new URL(url).hostname }
  const options = {
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    timeoutMs: 2000,
    maxBytes: 5120,
  } as const
  const { status, headers, body } = await egress.request(purpose, options)
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`])),
    body,
  }
}

let made = 0
/** A client whose id is a URL that nobody has asked for yet. */
const newId = () => {
  made += 1
  return `https://${host}/client-${made}.json`
}
const metadataOf = (client_id: string, more: object = {}) => ({
  client_id,
  client_name: 'Desk\u202e top',
  redirect_uris: [REDIRECT, 'https://client.example/callback'],
  token_endpoint_auth_method: 'none',
  ...more,
})
const serve = (document: unknown, headers: Record<string, string> = {}) => {
  answer = (_req, res) =>
    res.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document))
}
const authorize = (clientId: string) =>
  fetch(request(oauth, clientId).url, { redirect: 'manual', headers: { accept: 'application/json' } })
const refused = async (clientId: string) => {
  const response = await authorize(clientId)
  expect(response.headers.get('location')).toBeNull()
  const { error } = Object(await response.json())
  return { status: response.status, error, reason: oauth.events.at(-1)?.reason }
}

describe('a client-ID document', () => {
  it('makes a client for which its host vouches', async () => {
    const clientId = newId()
    serve(
      metadataOf(clientId, {
        scope: 'orders:read',
        jwks_uri: 'https://client.example/x',
        sector_identifier_uri: 'https://client.example/x',
      }),
    )
    const browser = cookieBrowser()
    const page = browser.next(await browser.get(request(oauth, clientId).url)).href
    expect(await (await browser.get(page)).json()).toMatchObject({
      client: {
        clientId,
        name: 'Desk top',
        origin: 'document',
        documentHost: host,
        redirectUri: REDIRECT,
        redirectHost: '127.0.0.1:3999',
        isLocalOnly: false,
      },
    })
    const person = await connect(database, { workspaceId: oauth.workspaces.one, clientId, scopes: SCOPES_GIVEN })
    const again = request(oauth, clientId)
    const code = (await allow(browser, again, person)).searchParams.get('code') ?? ''
    const { status, body } = await redeem(oauth, clientId, { code, verifier: again.verifier })
    expect([status, typeof body.refresh_token]).toEqual([200, 'string'])
    expect(asked).toBe(1)
    expect(limits).toEqual(['client-document:192.0.2.7', `client-document-host:${host}`])
  })

  it('is written for every server: what we do not have is left out', async () => {
    const clientId = newId()
    const grant_types = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']
    serve({ ...metadataOf(clientId, { grant_types }), token_endpoint_auth_method: undefined })
    expect((await authorize(clientId)).status).toBe(303)
  })

  it('is refused where it would act without a person, or proves who it is', async () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }
    const grant_types = ['authorization_code', 'client_credentials']
    for (const more of [
      { grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', jwks },
      { grant_types },
      { token_endpoint_auth_method: 'private_key_jwt', jwks },
      { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'x' },
    ]) {
      const clientId = newId()
      serve(metadataOf(clientId, more))
      expect(await refused(clientId)).toMatchObject({ status: 400, error: 'invalid_client' })
      const form = { grant_type: 'client_credentials', client_id: clientId }
      expect((await oauth.post('/oauth/token', form)).body).not.toHaveProperty('access_token')
    }
    const clientId = newId()
    serve(metadataOf(clientId))
    const form = { grant_type: 'client_credentials', client_id: clientId, scope: 'orders:read' }
    expect(await oauth.post('/oauth/token', form)).toMatchObject({ status: 400 })
  })

  it('is refused where it names another client, a redirect that cannot be, or is no document', async () => {
    const documents: ((clientId: string) => unknown)[] = [
      () => metadataOf(`https://${host}/another.json`),
      (clientId) => metadataOf(`${clientId}?`),
      (clientId) => metadataOf(clientId, { redirect_uris: ['http://client.example/'] }),
      (clientId) => metadataOf(clientId, { redirect_uris: [] }),
      () => [],
      () => 'text',
      () => null,
    ]
    for (const document of documents) {
      const clientId = newId()
      serve(document(clientId))
      expect(await refused(clientId)).toMatchObject({ status: 400, error: 'invalid_client' })
    }
  })

  it('is refused where it redirects, fails, is too large, or is not JSON', async () => {
    const answers: RequestListener[] = [
      (_req, res) => res.writeHead(302, { location: `https://${host}/client-1.json` }).end(),
      (_req, res) => res.writeHead(404).end('{}'),
      (req, res) => res.end(JSON.stringify(metadataOf(`https://${host}${req.url}`, { padding: 'x'.repeat(5200) }))),
      (_req, res) => res.end('{'),
    ]
    for (const next of answers) {
      answer = next
      expect(await refused(newId())).toMatchObject({ status: 400, error: 'invalid_client' })
      expect(asked).toBe(1)
      asked = 0
    }
  })

  it('is refused where it is larger than it may be, also by whom no byte was counted', async () => {
    const clientId = newId()
    const body = Buffer.from(JSON.stringify(metadataOf(clientId, { padding: 'x'.repeat(5200) })))
    const parts = { limit: () => {}, notes: requestNotes(), clock: () => now }
    const documents = clientDocuments({ ...parts, fetchDocument: async () => ({ status: 200, headers: {}, body }) })
    await expect(documents.fetch(clientId)).rejects.toThrow('too large')
  })

  it('is never fetched from a private address, nor by what is no https URL', async () => {
    serve({})
    const ids = [
      'https://private.example/client.json',
      `https://127.0.0.1:${host.split(':')[1]}/client.json`,
      'https://[::1]/client.json',
      'https://169.254.169.254/client.json',
      'http://client.example/client.json',
      `https://user@${host}/client.json`,
      `https://${host}/a/../client.json`,
      `https://${host}/client.json#x`,
    ]
    for (const clientId of ids) expect(await refused(clientId)).toMatchObject({ status: 400, error: 'invalid_client' })
    expect(asked).toBe(0)
  })

  it('is not asked for again at once where it failed, and not where somebody asks too often', async () => {
    const clientId = newId()
    answer = (_req, res) => res.writeHead(500).end()
    for (let tries = 0; tries < 3; tries += 1) await refused(clientId)
    expect(asked).toBe(1)
    now += 31_000
    await refused(clientId)
    expect(asked).toBe(2)
    isFull = true
    expect(await refused(newId())).toMatchObject({ status: 429, error: 'temporarily_unavailable' })
    expect(asked).toBe(2)
  })

  it('is used again for a day while its host is down, and not once it is taken away', async () => {
    const documents = clientDocuments({ fetchDocument, limit: () => {}, notes: requestNotes(), clock: () => now })
    const clientId = newId()
    const down: RequestListener = (req) => void req.socket.destroy()
    answer = down
    await expect(documents.fetch(clientId)).rejects.toThrow()
    serve(metadataOf(clientId))
    const first = await (await documents.fetch(clientId)).json()
    answer = down
    now += 86_000_000
    expect(await (await documents.fetch(clientId)).json()).toEqual(first)
    expect(documents.mayFetch(undefined, clientId)).toBe(true)
    now += 1_000_000
    await expect(documents.fetch(clientId)).rejects.toThrow()
    serve(metadataOf(clientId))
    await documents.fetch(clientId)
    answer = (_req, res) => res.writeHead(404).end()
    await expect(documents.fetch(clientId)).rejects.toThrow('404')
    expect(documents.mayFetch(undefined, clientId)).toBe(false)
  })
})
