import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SCOPES } from '#commerce'
import { isToken } from '#kernel'
import { type CookieBrowser, cookieBrowser } from '../../../test/cookie-browser.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { allow, newClient, REDIRECT, redeem, request, SCOPES_GIVEN } from '../../../test/oauth-flow.ts'
import { type Connected, connect } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'

let database: TestDatabase
let oauth: TestOauthServer
let browser: CookieBrowser
let clientId: string
let person: Connected

beforeAll(async () => {
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database)
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
})
beforeEach(async () => {
  browser = cookieBrowser()
  clientId = (await newClient(oauth)).clientId
  person = await connect(database, { workspaceId: oauth.workspaces.one, clientId, scopes: SCOPES_GIVEN })
  oauth.events.length = 0
})

const base = () => oauth.base
const ask = (more: Record<string, string | undefined> = {}) => request(oauth, clientId, more)
/** What the client is told where no person is asked. */
const refusal = async (more: Record<string, string | undefined>) => {
  const location = browser.next(await browser.get(ask(more).url))
  expect(location.href.startsWith(`${REDIRECT}?`)).toBe(true)
  return Object.fromEntries(location.searchParams)
}
const page = async (asked = ask()) => browser.next(await browser.get(asked.url)).href
const shown = async (url: string) => (await browser.get(url)).json()

describe('an authorization', () => {
  it('leads over the page that asks to a code, and that to a token for the grant that was chosen', async () => {
    const asked = ask({ scope: 'orders:read stores:read' })
    const answer = await allow(browser, asked, person)
    expect(Object.fromEntries(answer.searchParams)).toEqual({ code: expect.any(String), state: 's1', iss: base() })
    const code = answer.searchParams.get('code') ?? ''
    const { status, body, headers } = await redeem(oauth, clientId, { code, verifier: asked.verifier })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: 600,
      scope: 'stores:read orders:read',
      token_type: 'Bearer',
    })
    expect(isToken(`${body.access_token}`, 'at')).toBe(true)
    expect(await oauth.enter(`${body.access_token}`, 'core')).toMatchObject({
      refusal: null,
      workspace_id: oauth.workspaces.one,
      grant_id: person.grantId,
      account_id: person.accountId,
      client_id: clientId,
      token_scopes: 'stores:read orders:read',
    })
    expect(oauth.events).toEqual([
      { event: 'token_issued', route: 'token', address: '192.0.2.7', clientId, grantId: person.grantId },
    ])
  })

  it('tells the page who asks, for what, and where the answer goes', async () => {
    expect(await shown(await page())).toEqual({
      uid: expect.any(String),
      client: {
        clientId,
        name: 'Test',
        origin: 'registered',
        redirectUri: REDIRECT,
        redirectHost: '127.0.0.1:3999',
        redirectSource: 'http://127.0.0.1:3999',
        isLocalOnly: true,
      },
      resource: 'core',
    })
    const named = await page(ask({ resource: `${base()}/mcp/w/one`, scope: 'orders:read' }))
    expect(await shown(named)).toMatchObject({ resource: 'w/one', scopes: ['orders:read'] })
  })

  it('ends in access_denied where the person says no', async () => {
    const resume = await browser.post(await page(), { deny: 'yes' })
    const answer = browser.next(await browser.get(browser.next(resume).href))
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({ error: 'access_denied', state: 's1', iss: base() })
  })

  it('is for Core where it names no resource, and for one resource of this Tillgate only', async () => {
    expect(await shown(await page(ask({ resource: undefined })))).toMatchObject({ resource: 'core' })
    for (const resource of ['https://elsewhere.example/mcp', `${base()}/other`, `${base()}/mcp/w/One`, 'core']) {
      expect(await refusal({ resource })).toMatchObject({ error: 'invalid_target', state: 's1', iss: base() })
    }
    const two = `${ask().url}&${new URLSearchParams({ resource: `${base()}/mcp/w/one` })}`
    const location = browser.next(await browser.get(two))
    expect(location.searchParams.get('error')).toBe('invalid_target')
  })

  it('is refused without PKCE and with the plain one', async () => {
    expect(await refusal({ code_challenge: undefined, code_challenge_method: undefined })).toMatchObject({
      error: 'invalid_request',
    })
    for (const code_challenge_method of ['plain', undefined]) {
      expect(await refusal({ code_challenge_method })).toMatchObject({ error: 'invalid_request' })
    }
  })

  it('goes nowhere with a redirect of another port, path, query, case or host', async () => {
    const others = [
      'http://127.0.0.1:4000/callback',
      'http://127.0.0.1/callback',
      'http://127.0.0.1:3999/callback/',
      'http://127.0.0.1:3999/other',
      'http://127.0.0.1:3999/callback?x=1',
      'http://localhost:3999/callback',
      'https://client.example/callback',
    ]
    for (const redirect_uri of others) {
      const answer = await browser.get(ask({ redirect_uri }).url)
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    }
  })

  it('answers in the query only, and ignores what is of OpenID Connect', async () => {
    for (const response_mode of ['form_post', 'fragment', 'web_message', 'x']) {
      expect(await refusal({ response_mode })).toMatchObject({ error: 'unsupported_response_mode' })
    }
    const implicit = browser.next(await browser.get(ask({ response_type: 'token' }).url))
    expect(implicit.hash).toContain('error=unsupported_response_type')
    const asked = ask({ nonce: 'n', max_age: '0', claims: '{}', scope: 'openid orders:read', response_mode: 'query' })
    expect(await shown(await page(asked))).toMatchObject({ scopes: ['orders:read'] })
  })
})

describe('the scopes', () => {
  it('are all there are where none is named, and the person gives a part', async () => {
    for (const scope of [undefined, 'openid', 'offline_access', 'openid offline_access profile']) {
      expect(await shown(await page(ask({ scope })))).not.toHaveProperty('scopes')
    }
    const asked = ask()
    const code = (await allow(browser, asked, { ...person, scopes: ['orders:read'] })).searchParams.get('code') ?? ''
    const { body } = await redeem(oauth, clientId, { code, verifier: asked.verifier })
    expect(body.scope).toBe('orders:read')
    expect((await oauth.enter(`${body.access_token}`, 'core'))?.token_scopes).toBe('orders:read')
  })

  it('that do not exist are left out, unless there are no others', async () => {
    const asked = ask({ scope: 'orders:read root openid offline_access orders:read' })
    expect(await shown(await page(asked))).toMatchObject({ scopes: ['orders:read'] })
    for (const scope of ['root', 'root openid', '*']) {
      expect(await refusal({ scope })).toMatchObject({ error: 'invalid_scope', state: 's1' })
    }
  })

  it('that were not asked for are not given, whatever the page says', async () => {
    const asked = ask({ scope: 'orders:read' })
    const code = (await allow(browser, asked, person)).searchParams.get('code') ?? ''
    expect((await redeem(oauth, clientId, { code, verifier: asked.verifier })).body.scope).toBe('orders:read')
  })

  it('cannot be said to be unnamed by the client', async () => {
    const url = `${ask({ scope: 'orders:read' }).url}&tillgate_named_scopes=`
    expect(await shown(browser.next(await browser.get(url)).href)).toMatchObject({ scopes: ['orders:read'] })
    expect(SCOPES.length).toBeGreaterThan(SCOPES_GIVEN.length)
  })
})
