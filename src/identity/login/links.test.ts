import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { cookieOf, startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import { CALLER, newAccount, PASSWORD, signedIn, withTotp } from '../../../test/support/login-steps.ts'
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

async function signIn(password = PASSWORD, email = account.email, login = test.login) {
  return login.signIn({ email, password, ...CALLER })
}

describe('a one-time link', () => {
  const issue = async (purpose: 'password' | 'second_factor', minutes = 30) =>
    (await test.login.issueLink({ purpose, accountId: account.accountId, createdBy: 'test', minutes })).reveal()

  it('sets a password once, ends all sessions, and says whose it is', async () => {
    const { cookie } = await signedIn(test, account)
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
    const { session, cookies } = await withTotp(test, account)
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

  it('for a set-up or a second factor is good once and for its time', async () => {
    const setup = async () =>
      (await test.login.issueLink({ purpose: 'setup', createdBy: 'test', minutes: 30 })).reveal()
    const good = await setup()
    expect(await test.login.readLink(good)).toEqual({ purpose: 'setup', account: undefined })
    expect([await test.login.useSetupLink(good), await test.login.useSetupLink(good)]).toEqual([true, false])
    const old = { setup: await setup(), secondFactor: await issue('second_factor') }
    test.pass(30 * 60_000)
    expect(await test.login.useSetupLink(old.setup)).toBe(false)
    expect(await test.login.resetSecondFactor(old.secondFactor)).toBe(false)
  })
})
