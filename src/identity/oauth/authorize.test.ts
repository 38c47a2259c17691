import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SCOPES } from '#commerce'
import { isToken } from '#kernel'
import { withClient } from '#store'
import { type CookieBrowser, cookieBrowser } from '../../../test/cookie-browser.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import {
  allow,
  answerPage,
  connected,
  newClient,
  REDIRECT,
  redeem,
  request,
  SCOPES_GIVEN,
} from '../../../test/oauth-flow.ts'
import { type Connected, connect, endGrant } from '../../../test/oauth-people.ts'
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

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
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

describe('the question', () => {
  it('is asked again in the same browser, and an earlier consent counts for nothing', async () => {
    await allow(browser, ask(), person)
    const again = browser.next(await browser.get(ask().url))
    expect(again.pathname).toMatch(/^\/console\/consent\//)
    expect(await refusal({ prompt: 'none' })).toMatchObject({ error: 'consent_required', state: 's1', iss: base() })
  })

  it('is asked for prompt=consent and prompt=login, and answered at once', async () => {
    for (const prompt of ['login', 'consent', 'login consent']) {
      const answer = await allow(browser, ask({ prompt }), person)
      expect(answer.searchParams.get('code')).toBeTruthy()
    }
  })

  it('leaves no session: only cookies of the request, on its paths, that scripts and plain connections do not get', async () => {
    await allow(browser, ask(), person)
    const set = browser.seen.filter((cookie) => !cookie.includes('expires=Thu, 01 Jan 1970'))
    expect(set.map((cookie) => cookie.split('=', 1)[0])).toEqual([
      '_interaction',
      '_interaction.sig',
      '_interaction_resume',
      '_interaction_resume.sig',
    ])
    for (const cookie of set) {
      expect(cookie).toMatch(/; path=\/(console\/consent|oauth\/authorize)\/[\w-]+;.*samesite=lax; secure; httponly$/i)
    }
    expect(await superuser(`select from auth.oidc_models where model = 'Session'`)).toMatchObject({ rowCount: 0 })
  })

  it('is not answered by a session cookie that somebody brings', async () => {
    const forged = await browser.get(ask({ prompt: 'none' }).url, { cookie: '_session=x; _session.sig=y; _sessionx=z' })
    expect(browser.next(forged).searchParams.get('error')).toBe('consent_required')
    expect(forged.headers.getSetCookie()).toEqual([])
  })

  it('is answered once', async () => {
    const url = await page()
    const answers = await Promise.all([1, 2, 3, 4].map(() => answerPage(browser, url, person)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410])
    expect((await browser.get(url)).status).toBe(404)
    expect((await browser.post(url, { deny: 'yes' })).status).toBe(410)
  })

  it('belongs to the browser that was sent there, and to its own address', async () => {
    const url = await page()
    const stranger = cookieBrowser()
    expect((await stranger.get(url)).status).toBe(404)
    expect((await answerPage(stranger, url, person)).status).toBe(410)
    const other = await page()
    const uid = other.slice(other.lastIndexOf('/') + 1)
    const [cookie, signature] = browser.cookies(url).map(({ name, value }) => `${name}=${value}`)
    const headers = { cookie: `${cookie}; ${signature}` }
    expect((await fetch(`${base()}/console/consent/${uid}`, { headers })).status).toBe(404)
    expect((await fetch(url, { headers })).status).toBe(200)
    const unsigned = { cookie: `${cookie}` }
    expect((await fetch(url, { headers: unsigned })).status).toBe(404)
  })

  it('is not passed by going on without an answer, or without the cookie', async () => {
    const url = await page()
    const resume = url.replace('/console/consent/', '/oauth/authorize/')
    const stranger = await cookieBrowser().get(resume)
    expect([stranger.status, stranger.headers.get('location')]).toEqual([400, null])
    const again = browser.next(await browser.get(resume))
    expect(again.pathname).toMatch(/^\/console\/consent\//)
    expect(again.href).not.toBe(url)
  })
})

describe('a consent', () => {
  const tied = async (answer: Parameters<typeof answerPage>[2], asked = ask()) =>
    (await answerPage(browser, await page(asked), answer)).status

  it('stands on a live grant of that account to that client which covers the scopes', async () => {
    const workspaceId = oauth.workspaces.one
    const other = await newClient(oauth)
    const foreign = await connect(database, { workspaceId, clientId: other.clientId, scopes: SCOPES_GIVEN })
    const neighbour = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN })
    const over = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN, secondsLeft: -1 })
    const nobody = { accountId: person.accountId, grantId: crypto.randomUUID() }
    for (const grantId of [foreign.grantId, neighbour.grantId]) expect(await tied({ ...person, grantId })).toBe(410)
    for (const answer of [foreign, over, nobody]) expect(await tied(answer)).toBe(410)
    expect(await tied({ ...person, scopes: ['orders:read', 'refunds:create'] })).toBe(410)
    expect(await tied({ ...person, scopes: [] })).toBe(410)
    expect(await tied(person)).toBe(303)
    await endGrant(database, person.grantId)
    expect(await tied(person)).toBe(410)
  })

  it('is for the workspace that the request names', async () => {
    expect(await tied(person, ask({ resource: `${base()}/mcp/w/two` }))).toBe(410)
    expect(await tied(person, ask({ resource: `${base()}/mcp/w/one` }))).toBe(303)
  })

  it('gives no code where its grant ends before the browser comes back', async () => {
    const resume = await answerPage(browser, await page(), person)
    await endGrant(database, person.grantId)
    const answer = browser.next(await browser.get(browser.next(resume).href))
    expect([answer.searchParams.get('error'), answer.searchParams.get('code')]).toEqual(['access_denied', null])
  })

  it('marks the client as used', async () => {
    await allow(browser, ask(), person)
    const { rows } = await superuser('select used_at from auth.clients where client_id = $1', [clientId])
    expect(rows[0].used_at).toBeInstanceOf(Date)
  })
})

describe('a code', () => {
  it('that comes twice is refused, and what it gave is ended', async () => {
    const first = await connected({ oauth, database })
    expect((await oauth.enter(first.accessToken, 'core'))?.refusal).toBeNull()
    expect(await redeem(oauth, first.clientId, first)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await oauth.enter(first.accessToken, 'core')).toBeUndefined()
    const form = { grant_type: 'refresh_token', client_id: first.clientId, refresh_token: first.refreshToken }
    expect((await oauth.post('/oauth/token', form)).body.error).toBe('invalid_grant')
  })

  it('that comes twice at once gives at most one answer, which is worth nothing', async () => {
    const asked = ask()
    const code = (await allow(browser, asked, person)).searchParams.get('code') ?? ''
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => redeem(oauth, clientId, { code, verifier: asked.verifier })),
    )
    const tokens = answers.flatMap(({ body }) => (typeof body.access_token === 'string' ? [body.access_token] : []))
    expect(tokens.length).toBeLessThan(2)
    for (const token of tokens) expect(await oauth.enter(token, 'core')).toBeUndefined()
  })

  it('is for its own client, redirect, verifier and resource, and for a minute', async () => {
    const other = await newClient(oauth)
    const asked = ask()
    const code = (await allow(browser, asked, person)).searchParams.get('code') ?? ''
    const own = { code, verifier: asked.verifier }
    const wrong = [
      await redeem(oauth, other.clientId, own),
      await redeem(oauth, clientId, { ...own, verifier: 'x'.repeat(43) }),
      await redeem(oauth, clientId, { ...own, redirect_uri: 'http://127.0.0.1:4000/callback' }),
    ]
    for (const { status, body } of wrong) expect([status, body.error]).toEqual([400, 'invalid_grant'])
    await superuser(`update auth.oidc_models set expires_at = now() where model = 'AuthorizationCode'`)
    expect((await redeem(oauth, clientId, own)).body.error).toBe('invalid_grant')
    const again = ask()
    const next = (await allow(browser, again, person)).searchParams.get('code') ?? ''
    const foreign = { code: next, verifier: again.verifier, resource: `${base()}/mcp/w/one` }
    expect((await redeem(oauth, clientId, foreign)).body.error).toBe('invalid_target')
  })

  it('is worth nothing where its grant has ended', async () => {
    const asked = ask()
    const code = (await allow(browser, asked, person)).searchParams.get('code') ?? ''
    await endGrant(database, person.grantId)
    expect((await redeem(oauth, clientId, { code, verifier: asked.verifier })).body.error).toBe('invalid_grant')
  })
})
