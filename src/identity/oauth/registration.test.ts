import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError, isToken, tokenHash } from '#kernel'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { newClient, REDIRECT, register, SCOPES_GIVEN, tokensFor } from '../../../test/oauth-flow.ts'
import { connect } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import { sweep } from './sweep.ts'

let database: TestDatabase
let oauth: TestOauthServer
const limits: { key: string; rate: object }[] = []
let isFull = false

beforeAll(async () => {
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database, {
    limit: (key, rate) => {
      limits.push({ key, rate })
      if (isFull) throw new AppError('rate_limited', 'Too many calls; wait 7 seconds.', { retryAfterS: 7 })
    },
  })
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
})
beforeEach(() => {
  isFull = false
  limits.length = 0
  oauth.events.length = 0
})

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const stored = async (clientId: string) =>
  (await superuser('select origin, payload from auth.clients where client_id = $1', [clientId])).rows[0]
const bodyOf = async (metadata: object) => {
  const answer = await register(oauth, metadata)
  return { status: answer.status, ...Object(await answer.json()) }
}

describe('registration', () => {
  it('makes a public client of what an SDK sends, and keeps nothing that it need not', async () => {
    const body = await bodyOf({
      redirect_uris: [REDIRECT],
      client_name: 'Test',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'stores:read',
      logo_uri: 'https://client.example/logo.png',
      sector_identifier_uri: 'https://client.example/never-fetched',
      jwks_uri: 'https://client.example/never-fetched',
      tillgate_workspace: 'one',
      client_id: 'tg_app_mine',
    })
    expect(body).toMatchObject({
      status: 201,
      client_id: expect.stringMatching(/^tg_reg_[0-9a-f]{32}$/),
      redirect_uris: [REDIRECT],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    for (const name of ['client_secret', 'registration_access_token', 'registration_client_uri', 'scope']) {
      expect(body).not.toHaveProperty(name)
    }
    expect(await stored(body.client_id)).toEqual({
      origin: 'registered',
      payload: {
        client_id: body.client_id,
        client_name: 'Test',
        redirect_uris: [REDIRECT],
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    })
    expect(oauth.events).toEqual([
      { event: 'client_registered', route: 'registration', address: '192.0.2.7', clientId: body.client_id },
    ])
  })

  it('gives a secret to a client that can keep one, of which only the hash is kept', async () => {
    const { clientId, clientSecret = '' } = await newClient(oauth, { token_endpoint_auth_method: 'client_secret_post' })
    expect(isToken(clientSecret, 'cs')).toBe(true)
    const { payload } = await stored(clientId)
    expect(payload.client_secret).toBe(tokenHash(clientSecret).toString('base64url'))
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: clientId }
    for (const secret of [payload.client_secret, 'wrong']) {
      expect((await oauth.post('/oauth/token', { ...form, client_secret: secret })).status).toBe(401)
    }
    const known = await oauth.post('/oauth/token', { ...form, client_secret: clientSecret })
    expect(known.body.error).toBe('invalid_grant')
  })

  it('takes no client that would act without a person, or in another way than ours', async () => {
    const metadata = { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }
    for (const wrong of [
      { grant_types: ['client_credentials'] },
      { grant_types: ['authorization_code', 'client_credentials'] },
      { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'] },
      { grant_types: ['refresh_token'] },
      { grant_types: ['implicit'] },
      { grant_types: [] },
      { grant_types: 'authorization_code' },
      { response_types: ['token'] },
      { response_types: ['code', 'code id_token'] },
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } },
      { token_endpoint_auth_method: 'client_secret_jwt' },
      { client_name: 7 },
    ]) {
      expect(await bodyOf({ ...metadata, ...wrong })).toMatchObject({ status: 400, error: 'invalid_client_metadata' })
    }
    const anonymous = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
    expect(await bodyOf(anonymous)).toMatchObject({ status: 400 })
  })

  it('takes redirects to https, to loopback, and to schemes of the client', async () => {
    const good = [
      'https://client.example/callback?x=1',
      'http://localhost/callback',
      'http://[::1]:3999/',
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'com.example.app:/callback',
    ]
    expect(await bodyOf({ redirect_uris: good })).toMatchObject({ status: 201, redirect_uris: good })
    const bad = [
      ['http://client.example/callback'],
      ['https://client.example/callback#x'],
      ['https://client.example/#'],
      ['javascript:alert(1)'],
      ['data:text/html,x'],
      ['file:///etc/passwd'],
      ['ftp://client.example/'],
      ['mailto:somebody@client.example'],
      ['intent://client.example/'],
      ['https://user:password@client.example/'],
      ['https://client.example/ callback'],
      ['/callback'],
      [`https://client.example/${'x'.repeat(500)}`],
      Array.from({ length: 11 }, (_, index) => `https://client.example/${index}`),
      [],
      [7],
      'https://client.example/',
    ]
    for (const redirect_uris of bad) {
      expect(await bodyOf({ redirect_uris })).toMatchObject({ status: 400, error: 'invalid_redirect_uri' })
    }
    expect(await bodyOf({})).toMatchObject({ status: 400 })
  })

  it('keeps of a name what can be seen', async () => {
    const nameOf = async (client_name: string | null | undefined) =>
      (await bodyOf({ redirect_uris: [REDIRECT], client_name })).client_name
    expect(await nameOf('  Cl\u200baude\u202e \n\t Desk\u0007top\ufeff ')).toBe('Claude Desktop')
    expect(await nameOf('x'.repeat(101))).toBe('x'.repeat(100))
    for (const nothing of ['\u200b\u2060', '', null, undefined]) {
      expect(await nameOf(nothing)).toBe('a client without a name')
    }
  })

  it('cannot be read, changed or taken back by the client', async () => {
    const { clientId } = await newClient(oauth)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await fetch(`${oauth.base}/oauth/register/${clientId}`, { method })).status).toBe(404)
    }
  })

  it('is limited by address, and ends where there are ten thousand', async () => {
    await newClient(oauth)
    expect(limits).toEqual([{ key: 'registration:192.0.2.7', rate: { perSecond: 10 / 60, burst: 20 } }])
    isFull = true
    const answer = await register(oauth, { redirect_uris: [REDIRECT] })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
    isFull = false
    await superuser(
      `insert into auth.clients select 'filler' || n, 'registered', '{}' from generate_series(1, 10000) n`,
    )
    expect(await bodyOf({ redirect_uris: [REDIRECT] })).toMatchObject({ status: 503, error: 'temporarily_unavailable' })
    await superuser(`delete from auth.clients where client_id like 'filler%'`)
    expect(await bodyOf({ redirect_uris: [REDIRECT] })).toMatchObject({ status: 201 })
  })
})

describe('the sweep', () => {
  const DAY = 86_400_000
  const isThere = async (clientId: string) => (await stored(clientId)) !== undefined

  it('forgets clients that nobody uses, and none that somebody has connected', async () => {
    const { clientId: unused } = await newClient(oauth)
    const { clientId: used } = await newClient(oauth)
    const { clientId: live } = await newClient(oauth)
    const workspaceId = oauth.workspaces.one
    for (const clientId of [used, live]) {
      const person = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN })
      await tokensFor(oauth, clientId, person)
    }
    await superuser('delete from auth.provider_grants where client_id = $1', [used])
    await sweep(database.pools.auth, Date.now() + DAY - 60_000)
    expect(await isThere(unused)).toBe(true)
    await sweep(database.pools.auth, Date.now() + DAY + 60_000)
    expect([await isThere(unused), await isThere(used), await isThere(live)]).toEqual([false, true, true])
    await sweep(database.pools.auth, Date.now() + 89 * DAY)
    expect(await isThere(used)).toBe(true)
    await sweep(database.pools.auth, Date.now() + 91 * DAY)
    expect([await isThere(used), await isThere(live)]).toEqual([false, true])
    await sweep(database.pools.auth, Date.now() + 400 * DAY)
    expect(await isThere(live)).toBe(false)
  })
})

describe('a page', () => {
  it('may register a client, and use it where its answers go to that page', async () => {
    const origin = 'https://inspector.example'
    const preflight = await fetch(`${oauth.base}/oauth/register`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type')
    const answer = await fetch(`${oauth.base}/oauth/register`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [`${origin}/callback`], token_endpoint_auth_method: 'none' }),
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([201, '*'])
    const { client_id } = Object(await answer.json())
    const use = async (from: string, path = '/oauth/token') => {
      const form = { grant_type: 'refresh_token', refresh_token: 'x', token: 'x', client_id }
      const headers = { origin: from }
      const body = new URLSearchParams(form)
      return (await fetch(oauth.base + path, { method: 'POST', headers, body })).headers
    }
    for (const path of ['/oauth/token', '/oauth/revoke']) {
      expect((await use(origin, path)).get('access-control-allow-origin')).toBe(origin)
      for (const other of ['https://elsewhere.example', 'null']) {
        expect((await use(other, path)).get('access-control-allow-origin')).toBeNull()
      }
    }
  })
})
