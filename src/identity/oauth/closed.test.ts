import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { fileURLToPath } from 'node:url'
import { auth as authorise, ClientCredentialsProvider } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '#commerce'
import { newToken, tokenHash } from '#kernel'
import { presets } from '#policy'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { basic, startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import type { MachineAgent } from '../agents.ts'
import { sayProblem } from './error-page.ts'

let database: TestDatabase
let oauth: TestOauthServer
let agent: MachineAgent

const printed: unknown[][] = []

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words))
  }
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database)
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
  vi.restoreAllMocks()
})
beforeEach(async () => {
  agent = await oauth.newAgent()
  oauth.events.length = 0
})

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))

describe('what is not open', () => {
  it('is what the library has beside our routes, and other methods', async () => {
    for (const path of [
      '/session/end/confirm',
      '/session/end',
      '/me',
      '/token',
      '/request',
      '/device',
      '/oauth/authorize/x',
      '/oauth/register/x',
      '/.well-known/openid-configuration/other',
      '/.well-known/oauth-authorization-server/mcp/w/NO',
    ]) {
      expect((await oauth.post(path, {})).body.error).toBe('invalid_request')
      expect((await fetch(oauth.base + path)).status).toBe(404)
    }
    for (const path of ['/oauth/token', '/oauth/register', '/oauth/revoke']) {
      expect((await fetch(oauth.base + path)).status).toBe(404)
    }
    expect((await oauth.post('/oauth/authorize', {})).status).toBe(404)
  })

  it('is client_credentials for a client that is stored but no machine agent', async () => {
    const clientId = `tg_reg_${'0'.repeat(32)}`
    const client_secret = tokenHash('secret').toString('base64url')
    const redirect_uris = ['https://client.example/callback']
    const grant_types = ['client_credentials', 'authorization_code']
    await superuser(`insert into auth.clients (client_id, origin, payload) values ($1, 'registered', $2)`, [
      clientId,
      {
        client_id: clientId,
        client_secret,
        redirect_uris,
        grant_types,
        tillgate_workspace: 'one',
        scope: 'stores:read',
      },
    ])
    expect(await oauth.ask({ clientId, clientSecret: 'secret' })).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    })
    expect(oauth.events).toEqual([expect.objectContaining({ reason: 'not a machine agent' })])
  })

  it('is a page of another origin, and a request that names a host of its own', async () => {
    const origin = 'https://page.example'
    const answer = await fetch(`${oauth.base}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      headers: { authorization: basic(agent), origin },
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, null])
    const path = 'http://evil.example/.well-known/oauth-authorization-server'
    const sent = httpRequest({ host: '127.0.0.1', port: new URL(oauth.base).port, path }).end()
    const [response] = await once(sent, 'response')
    expect(response.resume().statusCode).toBe(404)
  })

  it('is an authorization by a machine agent, or by a client that does not exist', async () => {
    for (const client_id of [agent.clientId, `tg_reg_${'1'.repeat(32)}`, 'somebody']) {
      const query = new URLSearchParams({ client_id, response_type: 'code', redirect_uri: 'https://client.example/' })
      const answer = await fetch(`${oauth.base}/oauth/authorize?${query}`, { redirect: 'manual' })
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
      expect(await answer.json()).toHaveProperty('error')
    }
  })
})

describe('what cannot be said to the client', () => {
  it('is said to the person on a page that shows no markup of others, runs nothing and is not framed', async () => {
    const query = new URLSearchParams({ client_id: 'x', prompt: '<script>alert(1)</script>', response_type: 'code' })
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
    const page = await fetch(`${oauth.base}/oauth/authorize?${query}`, { headers, redirect: 'manual' })
    const html = await page.text()
    expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    expect(html).toContain('<code>invalid_client</code>')
    expect(html).not.toMatch(/<script/)
    const policy = page.headers.get('content-security-policy')
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'none'; frame-ancestors 'none'/,
    )
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    const json = await fetch(`${oauth.base}/oauth/authorize?${query}`, { redirect: 'manual' })
    expect(await json.json()).toMatchObject({ error: 'invalid_client' })
  })

  it('is escaped where it quotes', () => {
    const said: { body?: unknown; type: string } = { type: '' }
    sayProblem(Object.assign(said, { accepts: () => 'html', set: () => {}, body: undefined }), {
      error: 'x',
      error_description: `<img src=x onerror="alert('1')">&`,
    })
    expect(said.body).toContain('&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;')
  })
})

describe('the metadata', () => {
  it('describe what is there, under the issuer whatever Host a request names', async () => {
    const byAddress = oauth.base.replace('localhost', '127.0.0.1')
    const response = await fetch(`${byAddress}/.well-known/oauth-authorization-server`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    const document: unknown = await response.json()
    expect(document).toMatchObject({
      issuer: oauth.base,
      authorization_endpoint: `${oauth.base}/oauth/authorize`,
      token_endpoint: `${oauth.base}/oauth/token`,
      revocation_endpoint: `${oauth.base}/oauth/revoke`,
      jwks_uri: `${oauth.base}/oauth/jwks`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      scopes_supported: [...SCOPES],
    })
    const endpoints = Object.keys(Object(document)).filter((key) => /_(endpoint|uri)$|dpop/.test(key))
    const ours = ['authorization', 'token', 'revocation', 'registration'].map((name) => `${name}_endpoint`)
    expect(endpoints.sort()).toEqual([...ours, 'jwks_uri'].sort())
  })

  it('are the same wherever clients look, readable from any page', async () => {
    const headers = { origin: 'https://page.example' }
    const first = await (await fetch(`${oauth.base}/.well-known/oauth-authorization-server`)).json()
    for (const place of ['oauth-authorization-server', 'openid-configuration']) {
      for (const resource of ['', '/mcp', '/mcp/w/one', '/mcp/w/nobody']) {
        const url = `${oauth.base}/.well-known/${place}${resource}`
        const answer = await fetch(url, { headers })
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
        expect(await answer.json()).toEqual(first)
        const preflight = { ...headers, 'access-control-request-method': 'GET' }
        const allowed = await fetch(url, { method: 'OPTIONS', headers: preflight })
        expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
      }
    }
  })

  it('publish public keys only', async () => {
    const published = await (await fetch(`${oauth.base}/oauth/jwks`)).text()
    expect(JSON.parse(published).keys).toEqual([expect.objectContaining({ kty: 'EC', alg: 'ES256', use: 'sig' })])
    expect(published).not.toContain('"d"')
  })

  it('lead the SDK’s own client from the challenge to a token with the whole ceiling', async () => {
    const { clientId, clientSecret } = agent
    const credentials = new ClientCredentialsProvider({
      clientId,
      clientSecret: clientSecret.reveal(),
      expectedIssuer: oauth.base,
    })
    expect(await authorise(credentials, { serverUrl: `${oauth.base}/mcp` })).toBe('AUTHORIZED')
    const entry = await oauth.enter(credentials.tokens()?.access_token ?? '', 'core')
    expect(entry).toMatchObject({ refusal: null, token_scopes: presets.analyst.scopes.join(' ') })
  })
})

describe('nothing of a secret', () => {
  it('is in the tables, in the log or on the console, and nothing prints a notice', async () => {
    const accessToken = await oauth.token(agent)
    await oauth.ask(agent, { scope: 'orders:write' })
    const wrong = newToken('cs')
    await oauth.ask({ ...agent, clientSecret: wrong })
    await oauth.post('/oauth/revoke', { token: accessToken }, await oauth.newAgent())
    const dump = await dumpOf(['auth', 'tillgate'])
    expect(dump).toContain(tokenHash(accessToken).toString('hex'))
    expect(dump).toContain(tokenHash(agent.clientSecret.reveal()).toString('hex'))
    const logged = JSON.stringify(oauth.events)
    expect(logged).toContain('invalid_client')
    for (const secret of [accessToken, agent.clientSecret.reveal(), wrong]) {
      const forms = [
        secret,
        secret.slice(6, 49),
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64'),
      ]
      for (const form of forms) expect(dump + logged).not.toContain(form)
    }
    expect(printed).toEqual([])
  })

  it('is printed by the library when it is loaded, on whatever Node', () => {
    const entrance = fileURLToPath(new URL('../index.ts', import.meta.url))
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', entrance], { encoding: 'utf8' })
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  it('is readable for the role that does request work', async () => {
    for (const table of [
      'access_tokens',
      'oidc_models',
      'client_secrets',
      'clients',
      'provider_grants',
      'server_keys',
    ]) {
      for (const pool of [database.pools.app, database.pools.jobs, database.pools.audit]) {
        await expect(pool.query(`select * from auth.${table}`)).rejects.toMatchObject({ code: '42501' })
      }
    }
  })
})

describe('the events', () => {
  it('tell of tokens, and of refusals with the client where it exists and a reason that the caller did not see', async () => {
    await oauth.ask(agent)
    await oauth.ask({ ...agent, clientSecret: 'wrong' })
    await oauth.ask({ ...agent, clientId: 'nobody' })
    const where = { route: 'token', address: '192.0.2.7' }
    expect(oauth.events).toEqual([
      { event: 'token_issued', ...where, clientId: agent.clientId },
      {
        event: 'refused',
        ...where,
        clientId: agent.clientId,
        error: 'invalid_client',
        reason: 'invalid secret provided',
      },
      { event: 'refused', ...where, error: 'invalid_client', reason: 'client not found' },
    ])
  })

  it('tell of an outage, of which the caller learns nothing but that it may come back', async () => {
    await database.crash()
    const answer = await oauth.ask(agent)
    await database.restart()
    expect(answer.status).toBe(503)
    expect(answer.body).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Tillgate could not answer; try again later.',
    })
    expect(oauth.events).toEqual([
      expect.objectContaining({ event: 'failed', route: 'token', cause: expect.any(Error) }),
    ])
    expect((await oauth.ask(agent)).status).toBe(200)
  })
})

async function dumpOf(schemas: string[]): Promise<string> {
  const tables = await superuser(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema = any($1)`,
    [schemas],
  )
  const lines: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await superuser(`select t::text as line from ${name} t`)
    lines.push(...rows.map(({ line }) => line))
  }
  return lines.join('\n')
}
