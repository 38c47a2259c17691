import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addMember, inviteMember, type Workspace } from '#identity'
import { withClient } from '#store'
import { apiOf, requestApi } from '../support/api.ts'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { headless } from '../support/headless.ts'
import { type Seated, seated, signIn, tokenOf } from '../support/seated.ts'
import { request } from './guards.ts'

let test: TestGate
let own: Workspace
let foreign: Workspace
/** Owner of one workspace, and of nothing else. */
let admin: Seated
/** Owner of another one, and a viewer in the admin's. */
let victim: Seated
let sessionId: string
let agentId: string

beforeAll(async () => {
  test = await startTestGate()
  own = await test.workspace('own')
  foreign = await test.workspace('foreign')
  admin = await seated(test, [{ workspaceId: own.workspaceId, seat: 'owner' }])
  victim = await seated(test, [
    { workspaceId: foreign.workspaceId, seat: 'owner' },
    { workspaceId: own.workspaceId, seat: 'viewer' },
  ])
  agentId = (await test.agent(foreign, { role: 'analyst' })).agentId
  const { pools } = test.database
  await pools.auth.query(
    `insert into auth.passkeys (credential_id, account_id, public_key, counter, transports, name)
     values ('victims-passkey', $1, '', 0, '{}', 'Phone')`,
    [victim.accountId],
  )
  await pools.auth.query('insert into auth.recovery_codes (account_id, hash) values ($1, $2)', [victim.accountId, 'x'])
  // The last second factor could not be removed anyway.
  await pools.auth.query('update auth.totp set confirmed_at = now() where account_id = $1', [admin.accountId])
  const sql = 'select id from auth.sessions where user_id = $1'
  sessionId = (await pools.auth.query<{ id: string }>(sql, [victim.accountId])).rows[0]?.id ?? ''
}, 60_000)
afterAll(() => test.stop())

/** Everything that makes the victim who it is, and lets it in where it may. */
function belongings(): Promise<string> {
  return withClient(test.database.superuser, async (client) => {
    const { rows } = await client.query<{ found: string }>(
      `select jsonb_build_object(
        'account', (select jsonb_agg(to_jsonb(t)) from auth.accounts t where id = $1),
        'password', (select jsonb_agg(to_jsonb(t)) from auth.passwords t where user_id = $1),
        'sessions', (select jsonb_agg(to_jsonb(t) - 'updated_at' - 'expires_at' order by id) from auth.sessions t where user_id = $1),
        'totp', (select jsonb_agg(to_jsonb(t)) from auth.totp t where account_id = $1),
        'passkeys', (select jsonb_agg(to_jsonb(t)) from auth.passkeys t where account_id = $1),
        'codes', (select jsonb_agg(to_jsonb(t)) from auth.recovery_codes t where account_id = $1),
        'links', (select jsonb_agg(to_jsonb(t)) from auth.links t where account_id = $1),
        'seats', (select jsonb_agg(to_jsonb(t)) from tillgate.members t where account_id = $1 and workspace_id = $2),
        'members', (select jsonb_agg(account_id) from tillgate.members where workspace_id = $2),
        'agents', (select jsonb_agg(to_jsonb(t)) from tillgate.agents t where workspace_id = $2)
      )::text as found`,
      [victim.accountId, foreign.workspaceId],
    )
    return rows[0]?.found ?? ''
  })
}

const at = (path: string) => new URL(`/console${path}`, test.gate.url)

async function post(path: string, fields: Record<string, string> = {}) {
  await admin.renew()
  const form = { csrf: await admin.csrf(), ...fields }
  return request(admin.browser, at(path), { method: 'POST', form })
}

/** A change by the API, with the token that the admin's own frame has. */
async function toApi(slug: string, path: string, body?: object) {
  await admin.renew()
  const headers = { 'x-csrf': await apiOf(test.gate.url, 'own').csrf(admin) }
  return requestApi(admin, apiOf(test.gate.url, slug).at(path), { method: 'POST', body, headers })
}

/** An invitation as the operator would hand it out, so that the admin holds its token. */
async function invited(email: string): Promise<string> {
  const invitation = { workspaceId: own.workspaceId, email, seat: 'viewer', by: 'test' } as const
  const { token } = await test.foundation.jobs.inWorkspace(own.workspaceId, (tx) => inviteMember(tx, invitation))
  return `/invitation/${token.reveal()}`
}

describe('an owner of one workspace, trying every way into the account of another', () => {
  let before: string
  beforeEach(async () => {
    before = await belongings()
  })
  afterEach(async () => {
    expect(await belongings()).toBe(before)
  })

  it('gets nothing by asking for a reset in its name, not even whether there is such an account', async () => {
    const known = await post('/reset', { email: victim.email })
    const unknown = await post('/reset', { email: 'nobody@example.test' })
    expect(known).toEqual(unknown)
    expect(known.body).not.toMatch(/console\/reset\/\w/)
  })

  it('gets no link by inviting its address', async () => {
    const { status, text } = await toApi('own', 'members/invite', { email: victim.email, seat: 'owner' })
    expect(status).toBe(400)
    expect(text).not.toContain('/console/invitation/')
  })

  it('is told, with the token of its invitation in hand, that it is for somebody else', async () => {
    const { accountId } = victim
    await test.foundation.jobs.inWorkspace(own.workspaceId, (tx) =>
      tx.updateTable('tillgate.members').set({ removed_at: new Date() }).where('account_id', '=', accountId).execute(),
    )
    const path = await invited(victim.email)
    const shown = await request(admin.browser, at(path), { method: 'GET' })
    expect(shown.status).toBe(403)
    expect(shown.body).not.toContain(victim.email)
    expect((await post(path)).status).toBe(403)
    expect((await post(path, { name: 'Me', password: 'a password of mine, a long one' })).status).toBe(403)
  })

  it('is not signed in by that token, and cannot set its password with it', async () => {
    const browser = headless(test.gate.url)
    const path = await invited(victim.email)
    const csrf = tokenOf(await browser.open('/console/sign-in'))
    const form = { csrf, name: 'Me', password: 'a password of mine, a long one' }
    const { body } = await request(browser, at(path), { method: 'POST', form })
    expect(body).toContain('Sign in as')
    expect((await browser.open('/console/account')).url.pathname).toBe('/console/sign-in')
    await signIn(browser, { email: victim.email, password: form.password })
    expect((await browser.open('/console/account')).url.pathname).toBe('/console/sign-in')
  })

  it('cannot make a second account of its address', async () => {
    const path = await invited(`  ${victim.email.toUpperCase()}`.trim())
    const browser = headless(test.gate.url)
    expect((await browser.open(`/console${path}`)).text).toContain('Sign in as')
  })

  it('cannot end its sessions or remove its passkeys by their ids', async () => {
    expect((await post(`/account/sessions/${sessionId}/end`)).status).toBe(404)
    expect((await post('/account/passkeys/victims-passkey/remove')).status).toBe(404)
    expect((await post('/account/sessions/end-others')).status).toBe(303)
  })

  it.each([
    ['/account/password', { current: 'a long enough password', next: 'a password of mine, a long one' }],
    ['/account/recovery-codes', {}],
  ])('cannot name it in a form about the own account: %s', async (path, fields) => {
    const { accountId, email } = victim
    await post(path, { ...fields, account: accountId, accountId, account_id: accountId, user_id: accountId, email })
  })

  it.each(['id', 'token', 'user_id'])('cannot be it with its %s for a cookie', async (column) => {
    const sql = `select ${column}::text as value from auth.sessions where id = $1`
    const { rows } = await test.database.pools.auth.query<{ value: string }>(sql, [sessionId])
    const name = victim.browser.jar.names().find((each) => /session/.test(each)) ?? ''
    expect(name).toMatch(/^__Host-/)
    for (const value of [rows[0]?.value, `${rows[0]?.value}.`, `${rows[0]?.value}.${'A'.repeat(43)}`]) {
      const headers = { cookie: `${name}=${value}` }
      const response = await fetch(at('/account'), { headers, redirect: 'manual' })
      expect(response.headers.get('location')).toMatch(/^\/console\/sign-in/)
    }
  })

  it('cannot be it with its cookie changed in the last place', async () => {
    const { jar } = victim.browser
    const name = jar.names().find((each) => /session/.test(each)) ?? ''
    const value = jar.value(name) ?? ''
    const cookieOf = (text: string) => ({ headers: { cookie: `${name}=${text}` }, redirect: 'manual' }) as const
    expect((await fetch(at('/account'), cookieOf(value))).status).toBe(200)
    const other = value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await fetch(at('/account'), cookieOf(other))).status).toBe(303)
  })

  it('cannot reach into its other workspace by being an owner of one that both are in', async () => {
    for (const [slug, path, body] of [
      ['foreign', `members/${victim.accountId}/remove`, undefined],
      ['foreign', `members/${victim.accountId}/seat`, { seat: 'owner' }],
      ['foreign', `members/${admin.accountId}/seat`, { seat: 'owner' }],
      ['foreign', `agents/${agentId}/revoke`, undefined],
      ['own', `agents/${agentId}/revoke`, undefined],
      ['foreign', 'workspace/freeze', { sure: true }],
    ] as const) {
      expect((await toApi(slug, path, body)).status, path).toBe(404)
    }
  })

  it('takes nothing but its own workspace away by removing it there', async () => {
    const { accountId, email } = victim
    const member = {
      workspaceId: own.workspaceId,
      accountId,
      email,
      name: 'Somebody',
      seat: 'viewer',
      by: 'test',
    } as const
    await test.foundation.jobs.inWorkspace(own.workspaceId, (tx) => addMember(tx, member))
    const sees = async (slug: string) => (await apiOf(test.gate.url, slug).get(victim, 'agents')).status
    expect(await sees('own')).toBe(200)
    expect((await toApi('own', `members/${accountId}/remove`)).status).toBe(200)
    expect([await sees('own'), await sees('foreign')]).toEqual([404, 200])
  })

  it('finds nothing under the ids of links and requests that it guesses', async () => {
    const guess = randomUUID()
    for (const path of [`/reset/${guess}`, `/setup/${guess}`, `/invitation/${guess}`, `/consent/${guess}`]) {
      const { status, body } = await request(admin.browser, at(path), { method: 'GET' })
      expect([status, body.includes(victim.email)], path).toEqual([status, false])
      expect(status, path).toBeGreaterThanOrEqual(400)
    }
  })
})
