import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import { codeAt, newAccount, signedIn, withTotp } from '../../../test/support/login-steps.ts'
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

describe('a code of an app', () => {
  it.each([-1, 0, 1])('is taken %i steps from now', async (step) => {
    const { secret, session } = await withTotp(test, account)
    test.pass(90_000)
    expect((await test.login.showCode(session, await codeAt(test, secret, step))).kind).toBe('ok')
  })

  it.each([-2, 2])('is refused %i steps from now', async (step) => {
    const { secret, session } = await withTotp(test, account)
    test.pass(120_000)
    expect((await test.login.showCode(session, await codeAt(test, secret, step))).kind).toBe('refused')
  })

  it('is taken once, and none of an earlier step after it', async () => {
    const { secret, session } = await withTotp(test, account)
    test.pass(120_000)
    const shown = await test.login.showCode(session, await codeAt(test, secret, 0))
    if (shown.kind !== 'ok') throw new Error('refused')
    expect(shown.session.mfaAt).not.toBeNull()
    for (const step of [0, -1]) {
      expect((await test.login.showCode(shown.session, await codeAt(test, secret, step))).kind).toBe('refused')
    }
    expect((await test.login.showCode(shown.session, await codeAt(test, secret, 1))).kind).toBe('ok')
  })

  it('is taken once of many at once, on two replicas', async () => {
    const { secret } = await withTotp(test, account)
    test.pass(120_000)
    const sessions = await Promise.all(Array.from({ length: 6 }, async () => (await signedIn(test, account)).session))
    const now = await codeAt(test, secret)
    const results = await Promise.all(
      sessions.map((session, index) => (index % 2 ? test.login : test.replica).showCode(session, now)),
    )
    expect(results.filter(({ kind }) => kind === 'ok')).toHaveLength(1)
  })

  it('can be tried ten times, then no more for 15 minutes', async () => {
    const { secret, session } = await withTotp(test, account)
    const results = []
    for (let tries = 0; tries < 12; tries += 1) results.push((await test.login.showCode(session, '000000')).kind)
    expect(results.slice(-3)).toEqual(['refused', 'locked', 'locked'])
    expect((await test.login.showCode(session, await codeAt(test, secret, 1))).kind).toBe('locked')
    test.pass(15 * 60_000)
    expect((await test.login.showCode(session, await codeAt(test, secret, 0))).kind).toBe('ok')
  })

  it('of another account is refused', async () => {
    const { secret } = await withTotp(test, account)
    const theirs = await signedIn(test, await newAccount(test, 'Bob'))
    test.pass(60_000)
    expect((await test.login.showCode(theirs.session, await codeAt(test, secret))).kind).toBe('refused')
  })

  it('confirms a seed, which stays the same until then and cannot be replaced after', async () => {
    const { session } = await signedIn(test, account)
    const begun = await test.login.beginTotp(session)
    expect(await test.login.beginTotp(session)).toEqual(begun)
    expect(begun.uri).toContain(`secret=${begun.secret}`)
    expect((await test.login.showCode(session, await codeAt(test, begun.secret))).kind).toBe('refused')
    const confirmed = await test.login.confirmTotp(session, await codeAt(test, begun.secret))
    if (confirmed.kind !== 'ok') throw new Error('refused')
    expect(confirmed.recoveryCodes).toHaveLength(10)
    await expect(test.login.beginTotp(confirmed.session)).rejects.toMatchObject({ code: 'not_allowed' })
  })
})

describe('an unconfirmed seed', () => {
  it('is of one session: who begins elsewhere neither learns nor confirms it', async () => {
    const [mine, theirs] = [(await signedIn(test, account)).session, (await signedIn(test, account)).session]
    const lurking = await test.login.beginTotp(theirs)
    const begun = await test.login.beginTotp(mine)
    expect(begun.secret).not.toBe(lurking.secret)
    expect((await test.login.confirmTotp(theirs, await codeAt(test, begun.secret))).kind).toBe('refused')
    expect((await test.login.confirmTotp(theirs, await codeAt(test, lurking.secret))).kind).toBe('refused')
    expect((await test.login.confirmTotp(mine, await codeAt(test, begun.secret))).kind).toBe('ok')
  })
})

describe('a session with a password only', () => {
  it('cannot enrol where the account has a second factor', async () => {
    await withTotp(test, account)
    const { session } = await signedIn(test, account)
    const refused = { code: 'not_allowed' }
    await expect(test.login.beginTotp(session)).rejects.toMatchObject(refused)
    await expect(test.login.confirmTotp(session, '123456')).rejects.toMatchObject(refused)
    await expect(test.login.passkeyAddOptions(session)).rejects.toMatchObject(refused)
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject(refused)
    await expect(test.login.removePasskey(session, 'x')).rejects.toMatchObject(refused)
  })

  it('is not fresh after ten minutes', async () => {
    const { session } = await withTotp(test, account)
    expect(await test.login.renewRecoveryCodes(session)).toHaveLength(10)
    test.pass(10 * 60_000)
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject({ code: 'not_allowed' })
  })
})

describe('a recovery code', () => {
  it('is taken once, by its own account', async () => {
    const { recoveryCodes, session } = await withTotp(test, account)
    const [first = '', second = ''] = recoveryCodes
    expect(first).toMatch(/^[a-z2-7]{5}-[a-z2-7]{5}$/)
    const shown = await test.login.showCode(session, ` ${first.toUpperCase()} `)
    if (shown.kind !== 'ok') throw new Error('refused')
    expect((await test.login.showCode(shown.session, first)).kind).toBe('refused')
    expect((await test.login.factors(account.accountId)).recoveryCodesLeft).toBe(9)
    const theirs = await signedIn(test, await newAccount(test, 'Kim'))
    expect((await test.login.showCode(theirs.session, second)).kind).toBe('refused')
  })

  it('is over when new ones are made', async () => {
    const { recoveryCodes, session } = await withTotp(test, account)
    await test.login.renewRecoveryCodes(session)
    expect((await test.login.showCode(session, recoveryCodes[0] ?? '')).kind).toBe('refused')
  })
})
