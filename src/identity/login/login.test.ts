import { base32 } from '@better-auth/utils/base32'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { cookieOf, startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import type { Account, LoginSession } from './login.ts'
import { totpCode } from './totp.ts'

const PASSWORD = 'correct horse battery'
const FROM = { address: '192.0.2.1', userAgent: 'test' }

let database: TestDatabase
let test: TestLogin
let account: Account
let made = 0

beforeAll(async () => {
  database = await startTestDatabase()
  test = await startTestLogin(database)
}, 60_000)

afterAll(async () => {
  test?.stop()
  await database?.stop()
})

beforeEach(async () => {
  account = await test.login.createAccount({ email: `Ada${++made}@Example.com`, name: 'Ada', password: PASSWORD })
})

const superuser = async (text: string, values: unknown[] = []) =>
  (await withClient(database.superuser, (client) => client.query(text, values))).rows

async function signIn(password = PASSWORD, email = account.email, login = test.login) {
  return login.signIn({ email, password, ...FROM })
}

async function signedIn(): Promise<{ session: LoginSession; cookie: string }> {
  const result = await signIn()
  if (result.kind !== 'signed_in') throw new Error(`not signed in: ${result.kind}`)
  return { session: result.session, cookie: cookieOf(result.cookies) }
}

const code = (secret: string, steps = 0) => totpCode(secret, test.clock() + steps * 30_000)

async function withTotp() {
  const { session } = await signedIn()
  const { secret } = await test.login.beginTotp(session)
  const confirmed = await test.login.confirmTotp(session, await code(secret, -1))
  if (confirmed.kind !== 'ok') throw new Error('not confirmed')
  return {
    secret,
    session: confirmed.session,
    recoveryCodes: confirmed.recoveryCodes ?? [],
    cookies: confirmed.cookies,
  }
}

describe('an account', () => {
  it('has its address in small letters and is found by it', async () => {
    expect(account).toEqual({ accountId: expect.any(String), email: `ada${made}@example.com`, name: 'Ada' })
    expect(await test.login.accountByEmail(` ADA${made}@example.com `)).toEqual(account)
    expect(await test.login.accountByEmail('nobody@example.com')).toBeUndefined()
  })

  it.each([
    ['a taken address', { email: 'ada1@example.com' }, 'email'],
    ['no address', { email: 'ada' }, 'email'],
    ['no name', { name: ' ' }, 'name'],
    ['a long name', { name: 'a'.repeat(101) }, 'name'],
    ['a short password', { password: 'elevenchars' }, 'password'],
    ['a long password', { password: 'abcdefgh'.repeat(17) }, 'password'],
    ['a password that repeats itself', { password: 'abababababababab' }, 'password'],
    ['a password with its name', { password: 'my-newcomer-pass' }, 'password'],
    ['a password of one word again and again', { password: 'sunshinesunshine' }, 'password'],
    ['a common password', { password: 'Administrator1' }, 'password'],
    ['an address with a byte that the database refuses', { email: 'a\0b@example.com' }, 'email'],
  ])('is not made with %s', async (_what, wrong, field) => {
    const asked = { email: 'newcomer@example.com', name: 'New', password: PASSWORD, ...wrong }
    await expect(test.login.createAccount(asked)).rejects.toMatchObject({ code: 'invalid_arguments', field })
  })
})

describe('a password', () => {
  it('begins a session that has shown no second factor', async () => {
    const { session, cookie } = await signedIn()
    expect(session).toMatchObject({ account, mfaAt: null })
    expect(await test.login.session(`other=1; ${cookie}`)).toEqual(session)
  })

  it('is refused in the same way for a wrong one and for an address that nobody has', async () => {
    expect(await signIn('wrong password 1')).toEqual({ kind: 'refused' })
    for (const email of ['nobody@example.com', 'no address', 'a\0b@example.com', '']) {
      expect(await signIn(PASSWORD, email)).toEqual({ kind: 'refused' })
    }
  })

  it.each([
    ['an account', () => account.email],
    ['nobody', () => `nobody${made}@example.com`],
  ])('can be tried ten times for %s, then no more for 15 minutes, on every replica', async (_who, address) => {
    const results = []
    for (let tries = 0; tries < 20; tries += 1)
      results.push((await signIn('wrong password 1', address(), tries % 2 ? test.login : test.replica)).kind)
    expect(results).toEqual([...Array(10).fill('refused'), ...Array(10).fill('locked')])
    expect(await signIn(PASSWORD, address())).toEqual({ kind: 'locked', waitS: expect.any(Number) })
    test.pass(15 * 60_000)
    expect((await signIn(PASSWORD, account.email)).kind).toBe('signed_in')
  })

  it('is looked at ten times of twenty at once', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => signIn('wrong password 1')))
    expect(results.filter(({ kind }) => kind === 'refused')).toHaveLength(10)
  })

  it('that is right forgets the wrong ones before it', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let tries = 0; tries < 5; tries += 1) await signIn('wrong password 1')
      expect((await signIn()).kind).toBe('signed_in')
    }
  })

  it('is changed with the old one, and ends the other sessions', async () => {
    const elsewhere = await signedIn()
    const { session, cookies } = await withTotp()
    const next = 'another horse battery'
    const change = (current: string, to = next) => test.login.changePassword(session, { current, next: to })
    expect(await change('wrong')).toEqual({ kind: 'refused' })
    await expect(change(PASSWORD, 'short')).rejects.toMatchObject({ field: 'password' })
    expect((await signIn()).kind).toBe('signed_in')
    expect(await change(PASSWORD)).toMatchObject({ kind: 'ok' })
    expect((await signIn()).kind).toBe('refused')
    expect((await signIn(next)).kind).toBe('signed_in')
    expect(await test.login.session(cookieOf(cookies))).toBeDefined()
    expect(await test.login.session(elsewhere.cookie)).toBeUndefined()
  })

  it('cannot be changed by who has shown no second factor, and a change clears no count of codes', async () => {
    const { session } = await signedIn()
    const change = { current: PASSWORD, next: 'another horse battery' }
    await expect(test.login.changePassword(session, change)).rejects.toMatchObject({ code: 'not_allowed' })
    const fresh = await withTotp()
    for (let tries = 0; tries < 10; tries += 1) await test.login.showCode(fresh.session, '000000')
    expect((await test.login.changePassword(fresh.session, change)).kind).toBe('ok')
    expect((await test.login.showCode(fresh.session, '000000')).kind).toBe('locked')
  })

  it('takes as long to be refused for an address that nobody has', async () => {
    const times: Record<string, number[]> = { known: [], unknown: [] }
    for (let round = 0; round < 5; round += 1) {
      for (const [who, email] of Object.entries({ known: account.email, unknown: `nobody-${made}@example.com` })) {
        const started = performance.now()
        await signIn('wrong password 1', email)
        times[who]?.push(performance.now() - started)
      }
    }
    const fastest = (who: string) => Math.min(...(times[who] ?? []))
    expect(fastest('unknown')).toBeGreaterThan(fastest('known') / 2)
  })
})

describe('a session', () => {
  it('is not read from a cookie that was made up', async () => {
    const { session, cookie } = await signedIn()
    for (const made of [undefined, '', `__Host-tillgate-session=${session.hash}`, `x${cookie}`, `${cookie}x`])
      expect(await test.login.session(made)).toBeUndefined()
  })

  it('gets a token of its own at each sign-in, whatever the browser came with', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    expect(one.cookie).not.toBe(two.cookie)
    const shape = /^__Host-tillgate-session=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200$/
    expect(await signIn()).toMatchObject({ cookies: [expect.stringMatching(shape)] })
  })

  it('begins anew with each step, so that a cookie of before opens nothing', async () => {
    const before = await signedIn()
    const { secret } = await test.login.beginTotp(before.session)
    const result = await test.login.confirmTotp(before.session, await code(secret))
    if (result.kind !== 'ok') throw new Error('refused')
    expect(await test.login.session(before.cookie)).toBeUndefined()
    expect(await test.login.session(cookieOf(result.cookies))).toMatchObject({ mfaAt: expect.any(Date) })
  })

  it('ends when it is signed out, one by one, or all others at once', async () => {
    const [one, two, three] = [await signedIn(), await signedIn(), await signedIn()]
    expect(await test.login.sessions(account.accountId)).toHaveLength(3)
    await test.login.signOut(one.session)
    expect(await test.login.session(one.cookie)).toBeUndefined()
    await test.login.endOtherSessions(account.accountId, two.session.sessionId)
    expect(await test.login.session(three.cookie)).toBeUndefined()
    expect(await test.login.endSession(account.accountId, two.session.sessionId)).toBe(true)
    expect(await test.login.session(two.cookie)).toBeUndefined()
  })

  it('of another cannot be ended', async () => {
    const { session, cookie } = await signedIn()
    const other = await test.login.createAccount({ email: `eve${made}@example.com`, name: 'Eve', password: PASSWORD })
    expect(await test.login.endSession(other.accountId, session.sessionId)).toBe(false)
    expect(await test.login.endSession(other.accountId, "' or true --")).toBe(false)
    expect(await test.login.session(cookie)).toBeDefined()
  })

  it('is over after its time', async () => {
    const { session, cookie } = await signedIn()
    await superuser('update auth.sessions set expires_at = now() where id = $1', [session.sessionId])
    expect(await test.login.session(cookie)).toBeUndefined()
  })
})

describe('a code of an app', () => {
  it.each([-1, 0, 1])('is taken %i steps from now', async (step) => {
    const { secret, session } = await withTotp()
    test.pass(90_000)
    expect((await test.login.showCode(session, await code(secret, step))).kind).toBe('ok')
  })

  it.each([-2, 2])('is refused %i steps from now', async (step) => {
    const { secret, session } = await withTotp()
    test.pass(120_000)
    expect((await test.login.showCode(session, await code(secret, step))).kind).toBe('refused')
  })

  it('is taken once, and none of an earlier step after it', async () => {
    const { secret, session } = await withTotp()
    test.pass(120_000)
    const shown = await test.login.showCode(session, await code(secret, 0))
    if (shown.kind !== 'ok') throw new Error('refused')
    expect(shown.session.mfaAt).not.toBeNull()
    for (const step of [0, -1]) {
      expect((await test.login.showCode(shown.session, await code(secret, step))).kind).toBe('refused')
    }
    expect((await test.login.showCode(shown.session, await code(secret, 1))).kind).toBe('ok')
  })

  it('is taken once of many at once, on two replicas', async () => {
    const { secret } = await withTotp()
    test.pass(120_000)
    const sessions = await Promise.all(Array.from({ length: 6 }, async () => (await signedIn()).session))
    const now = await code(secret)
    const results = await Promise.all(
      sessions.map((session, index) => (index % 2 ? test.login : test.replica).showCode(session, now)),
    )
    expect(results.filter(({ kind }) => kind === 'ok')).toHaveLength(1)
  })

  it('can be tried ten times, then no more for 15 minutes', async () => {
    const { secret, session } = await withTotp()
    const results = []
    for (let tries = 0; tries < 12; tries += 1) results.push((await test.login.showCode(session, '000000')).kind)
    expect(results.slice(-3)).toEqual(['refused', 'locked', 'locked'])
    expect((await test.login.showCode(session, await code(secret, 1))).kind).toBe('locked')
    test.pass(15 * 60_000)
    expect((await test.login.showCode(session, await code(secret, 0))).kind).toBe('ok')
  })

  it('of another account is refused', async () => {
    const { secret } = await withTotp()
    const other = await test.login.createAccount({ email: `bob${made}@example.com`, name: 'Bob', password: PASSWORD })
    const theirs = await signIn(PASSWORD, other.email)
    if (theirs.kind !== 'signed_in') throw new Error('not signed in')
    test.pass(60_000)
    expect((await test.login.showCode(theirs.session, await code(secret))).kind).toBe('refused')
  })

  it('confirms a seed, which stays the same until then and cannot be replaced after', async () => {
    const { session } = await signedIn()
    const begun = await test.login.beginTotp(session)
    expect(await test.login.beginTotp(session)).toEqual(begun)
    expect(begun.uri).toContain(`secret=${begun.secret}`)
    expect((await test.login.showCode(session, await code(begun.secret))).kind).toBe('refused')
    const confirmed = await test.login.confirmTotp(session, await code(begun.secret))
    if (confirmed.kind !== 'ok') throw new Error('refused')
    expect(confirmed.recoveryCodes).toHaveLength(10)
    await expect(test.login.beginTotp(confirmed.session)).rejects.toMatchObject({ code: 'not_allowed' })
  })
})

describe('an unconfirmed seed', () => {
  it('is of one session: who begins elsewhere neither learns nor confirms it', async () => {
    const [mine, theirs] = [(await signedIn()).session, (await signedIn()).session]
    const lurking = await test.login.beginTotp(theirs)
    const begun = await test.login.beginTotp(mine)
    expect(begun.secret).not.toBe(lurking.secret)
    expect((await test.login.confirmTotp(theirs, await code(begun.secret))).kind).toBe('refused')
    expect((await test.login.confirmTotp(theirs, await code(lurking.secret))).kind).toBe('refused')
    expect((await test.login.confirmTotp(mine, await code(begun.secret))).kind).toBe('ok')
  })
})

describe('a session with a password only', () => {
  it('cannot enrol where the account has a second factor', async () => {
    await withTotp()
    const { session } = await signedIn()
    const refused = { code: 'not_allowed' }
    await expect(test.login.beginTotp(session)).rejects.toMatchObject(refused)
    await expect(test.login.confirmTotp(session, '123456')).rejects.toMatchObject(refused)
    await expect(test.login.passkeyAddOptions(session)).rejects.toMatchObject(refused)
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject(refused)
    await expect(test.login.removePasskey(session, 'x')).rejects.toMatchObject(refused)
  })

  it('is not fresh after ten minutes', async () => {
    const { session } = await withTotp()
    expect(await test.login.renewRecoveryCodes(session)).toHaveLength(10)
    test.pass(10 * 60_000)
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject({ code: 'not_allowed' })
  })
})

describe('a recovery code', () => {
  it('is taken once, by its own account', async () => {
    const { recoveryCodes, session } = await withTotp()
    const [first = '', second = ''] = recoveryCodes
    expect(first).toMatch(/^[a-z2-7]{5}-[a-z2-7]{5}$/)
    const shown = await test.login.showCode(session, ` ${first.toUpperCase()} `)
    if (shown.kind !== 'ok') throw new Error('refused')
    expect((await test.login.showCode(shown.session, first)).kind).toBe('refused')
    expect((await test.login.factors(account.accountId)).recoveryCodesLeft).toBe(9)
    const other = await test.login.createAccount({ email: `kim${made}@example.com`, name: 'Kim', password: PASSWORD })
    const theirs = await signIn(PASSWORD, other.email)
    if (theirs.kind !== 'signed_in') throw new Error('not signed in')
    expect((await test.login.showCode(theirs.session, second)).kind).toBe('refused')
  })

  it('is over when new ones are made', async () => {
    const { recoveryCodes, session } = await withTotp()
    await test.login.renewRecoveryCodes(session)
    expect((await test.login.showCode(session, recoveryCodes[0] ?? '')).kind).toBe('refused')
  })
})

describe('a one-time link', () => {
  const issue = async (purpose: 'password' | 'second_factor', minutes = 30) =>
    (await test.login.issueLink({ purpose, accountId: account.accountId, createdBy: 'test', minutes })).reveal()

  it('sets a password once, ends all sessions, and says whose it is', async () => {
    const { cookie } = await signedIn()
    const token = await issue('password')
    expect(await test.login.readLink(token)).toEqual({ purpose: 'password', account })
    await expect(test.login.resetPassword(token, 'short')).rejects.toMatchObject({ field: 'password' })
    expect(await test.login.resetPassword(token, 'a brand new battery')).toBe(true)
    expect(await test.login.resetPassword(token, 'another new battery')).toBe(false)
    expect(await test.login.readLink(token)).toBeUndefined()
    expect(await test.login.session(cookie)).toBeUndefined()
    expect((await signIn('a brand new battery')).kind).toBe('signed_in')
  })

  it('is used by one of many at once', async () => {
    const token = await issue('password')
    const used = await Promise.all(
      Array.from({ length: 5 }, (_, index) => test.login.resetPassword(token, `brand new battery ${index}`)),
    )
    expect(used.filter(Boolean)).toHaveLength(1)
  })

  it('takes the second factors away and ends all sessions', async () => {
    const { session, cookies } = await withTotp()
    expect(await test.login.resetSecondFactor(await issue('second_factor'))).toBe(true)
    expect(await test.login.factors(session.account.accountId)).toEqual({
      totp: false,
      passkeys: [],
      recoveryCodesLeft: 0,
    })
    expect(await test.login.session(cookieOf(cookies))).toBeUndefined()
  })

  it('is good for its purpose only, until its time is over or a newer one is made', async () => {
    const token = await issue('password')
    expect(await test.login.resetSecondFactor(token)).toBe(false)
    expect(await test.login.useSetupLink(token)).toBe(false)
    const newer = await issue('password')
    expect(await test.login.resetPassword(token, 'a brand new battery')).toBe(false)
    test.pass(30 * 60_000)
    expect(await test.login.resetPassword(newer, 'a brand new battery')).toBe(false)
    expect(await test.login.readLink('tg_ln_nonsense')).toBeUndefined()
  })
})

describe('a dump of the schema auth', () => {
  it('holds no value that opens anything', async () => {
    const { secret, recoveryCodes, cookies } = await withTotp()
    const { cookie } = await signedIn()
    const setup = await test.login.issueLink({ purpose: 'setup', createdBy: 'test', minutes: 1 })
    const reset = await test.login.issueLink({
      purpose: 'password',
      accountId: account.accountId,
      createdBy: 'test',
      minutes: 1,
    })
    const { state } = await test.login.passkeyOptions('sign_in')
    const dump = await dumpOf('auth')
    expect(dump).toContain(account.email)
    const token = (text: string) => text.split('=')[1] ?? ''
    const seed = base32.decode(secret)
    for (const value of [
      PASSWORD,
      token(cookie),
      token(cookieOf(cookies)),
      secret,
      new TextDecoder().decode(seed),
      Buffer.from(seed).toString('hex'),
      setup.reveal(),
      reset.reveal(),
      state,
      ...recoveryCodes,
      ...recoveryCodes.map((one) => one.replace('-', '')),
    ])
      expect(dump).not.toContain(value)
  })

  it('opens nothing by the values that it does hold', async () => {
    await signedIn()
    const tokens = await superuser('select token from auth.sessions')
    for (const { token } of tokens) expect(await test.login.session(`__Host-tillgate-session=${token}`)).toBeUndefined()
  })
})

async function dumpOf(schema: string): Promise<string> {
  const tables = await superuser(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
    [schema],
  )
  const texts = await Promise.all(
    tables.map(async ({ name }) => JSON.stringify(await superuser(`select t::text as row from ${name} t`))),
  )
  return texts.join('\n')
}
