import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
import { oidcAdapter } from './adapter.ts'

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

  it('is over once an answer has claimed it, even where that answer never came through', async () => {
    const url = await page()
    await superuser(`update auth.oidc_models set consumed_at = now() where model = 'Interaction'`)
    expect((await answerPage(browser, url, person)).status).toBe(410)
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

  it('that is consumed by two at once ends the Grant that it stands on', async () => {
    const code = (await allow(browser, ask(), person)).searchParams.get('code') ?? ''
    const codes = oidcAdapter(database.pools.auth)('AuthorizationCode')
    const grants = () => superuser('select from auth.provider_grants where grant_id = $1', [person.grantId])
    await codes.consume(code)
    expect((await grants()).rowCount).toBe(1)
    await expect(codes.consume(code)).rejects.toThrow('invalid_grant')
    expect((await grants()).rowCount).toBe(0)
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
