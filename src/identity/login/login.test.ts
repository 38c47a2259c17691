import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { cookieOf, startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import { CALLER, codeAt, newAccount, PASSWORD, signedIn, withTotp } from '../../../test/support/login-steps.ts'
import type { Account } from './login.ts'

let database: TestDatabase
let test: TestLogin
let account: Account

beforeAll(async () => {
  database = await startTestDatabase()
  test = await startTestLogin(database)
}, 60_000)

afterAll(async () => {
  test?.stop()
  await database?.stop()
})

beforeEach(async () => {
  account = await newAccount(test, 'Ada')
})

const superuser = async (text: string, values: unknown[] = []) =>
  (await withClient(database.superuser, (client) => client.query(text, values))).rows

async function signIn(password = PASSWORD, email = account.email, login = test.login) {
  return login.signIn({ email, password, ...CALLER })
}

describe('an account', () => {
  it('has its address in small letters and is found by it', async () => {
    const email = `Other-${account.email.toUpperCase()}`
    const made = await test.login.createAccount({ email: ` ${email} `, name: ' Ada ', password: PASSWORD })
    expect(made).toEqual({ accountId: expect.any(String), email: email.toLowerCase(), name: 'Ada' })
    expect(await test.login.accountByEmail(` ${email} `)).toEqual(made)
    expect(await test.login.accountByEmail('nobody@example.com')).toBeUndefined()
  })

  it.each([
    ['a taken address', { email: 'Ada1@example.com' }, 'email'],
    ['no address', { email: 'ada' }, 'email'],
    ['no name', { name: ' ' }, 'name'],
    ['a long name', { name: 'a'.repeat(101) }, 'name'],
    ['a short password', { password: 'elevenchars' }, 'password'],
    ['a long password', { password: Array.from({ length: 65 }, (_, index) => index + 10).join('') }, 'password'],
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
    const { session, cookie } = await signedIn(test, account)
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
    ['nobody', () => `nobody-${account.email}`],
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
    const elsewhere = await signedIn(test, account)
    const { session, cookies } = await withTotp(test, account)
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
    const { session } = await signedIn(test, account)
    const change = { current: PASSWORD, next: 'another horse battery' }
    await expect(test.login.changePassword(session, change)).rejects.toMatchObject({ code: 'not_allowed' })
    const fresh = await withTotp(test, account)
    for (let tries = 0; tries < 10; tries += 1) await test.login.showCode(fresh.session, '000000')
    expect((await test.login.changePassword(fresh.session, change)).kind).toBe('ok')
    expect((await test.login.showCode(fresh.session, '000000')).kind).toBe('locked')
  })

  it('takes as long to be refused for an address that nobody has', async () => {
    const times: Record<string, number[]> = { known: [], unknown: [] }
    for (let round = 0; round < 5; round += 1) {
      for (const [who, email] of Object.entries({ known: account.email, unknown: `nobody-${account.email}` })) {
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
    const { session, cookie } = await signedIn(test, account)
    for (const made of [undefined, '', `__Host-tillgate-session=${session.hash}`, `x${cookie}`, `${cookie}x`])
      expect(await test.login.session(made)).toBeUndefined()
  })

  it('gets a token of its own at each sign-in, whatever the browser came with', async () => {
    const [one, two] = [await signedIn(test, account), await signedIn(test, account)]
    expect(one.cookie).not.toBe(two.cookie)
    const shape = /^__Host-tillgate-session=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200$/
    expect(await signIn()).toMatchObject({ cookies: [expect.stringMatching(shape)] })
  })

  it('begins anew with each step, so that a cookie of before opens nothing', async () => {
    const before = await signedIn(test, account)
    const { secret } = await test.login.beginTotp(before.session)
    const result = await test.login.confirmTotp(before.session, await codeAt(test, secret))
    if (result.kind !== 'ok') throw new Error('refused')
    expect(await test.login.session(before.cookie)).toBeUndefined()
    expect(await test.login.session(cookieOf(result.cookies))).toMatchObject({ mfaAt: expect.any(Date) })
  })

  it('ends when it is signed out, one by one, or all others at once', async () => {
    const [one, two, three] = [
      await signedIn(test, account),
      await signedIn(test, account),
      await signedIn(test, account),
    ]
    expect(await test.login.sessions(account.accountId)).toHaveLength(3)
    await test.login.signOut(one.session)
    expect(await test.login.session(one.cookie)).toBeUndefined()
    await test.login.endOtherSessions(account.accountId, two.session.sessionId)
    expect(await test.login.session(three.cookie)).toBeUndefined()
    expect(await test.login.endSession(account.accountId, two.session.sessionId)).toBe(true)
    expect(await test.login.session(two.cookie)).toBeUndefined()
  })

  it('of another cannot be ended', async () => {
    const { session, cookie } = await signedIn(test, account)
    const other = await newAccount(test, 'Eve')
    expect(await test.login.endSession(other.accountId, session.sessionId)).toBe(false)
    expect(await test.login.endSession(other.accountId, "' or true --")).toBe(false)
    expect(await test.login.session(cookie)).toBeDefined()
  })

  it('is over after its time', async () => {
    const { session, cookie } = await signedIn(test, account)
    await superuser('update auth.sessions set expires_at = now() where id = $1', [session.sessionId])
    expect(await test.login.session(cookie)).toBeUndefined()
  })
})
