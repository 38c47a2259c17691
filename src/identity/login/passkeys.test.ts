import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { BASE, cookieOf, startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import type { LoginSession } from './login.ts'
import { type SoftPasskey, softPasskey } from './passkeys.test-authenticator.ts'

const PASSWORD = 'correct horse battery'
const FROM = { address: '192.0.2.1', userAgent: 'test' }

let database: TestDatabase
let test: TestLogin
let made = 0
let session: LoginSession
let passkey: SoftPasskey
let recoveryCodes: readonly string[] | undefined

beforeAll(async () => {
  database = await startTestDatabase()
  test = await startTestLogin(database)
}, 60_000)

afterAll(async () => {
  test?.stop()
  await database?.stop()
})

beforeEach(async () => {
  const added = await add(await newSession(), softPasskey(BASE))
  if (added.result.kind !== 'ok') throw new Error('not added')
  passkey = added.passkey
  ;({ session, recoveryCodes } = added.result)
})

/** Somebody who has given a password and has no second factor. */
async function newSession(): Promise<LoginSession> {
  const email = `p${++made}@example.com`
  await test.login.createAccount({ email, name: 'P', password: PASSWORD })
  const result = await test.login.signIn({ email, password: PASSWORD, ...FROM })
  if (result.kind !== 'signed_in') throw new Error('not signed in')
  return result.session
}

async function add(by: LoginSession, passkey: SoftPasskey, wrong?: Parameters<SoftPasskey['register']>[1]) {
  const { state, options } = await test.login.passkeyAddOptions(by)
  const response = passkey.register(options, wrong)
  return { passkey, options, result: await test.login.addPasskey(by, { state, response, name: ' My phone ' }) }
}

async function signIn(wrong?: Parameters<SoftPasskey['answer']>[1]) {
  const { state, options } = await test.login.passkeyOptions('sign_in')
  return test.login.signInByPasskey({ state, response: passkey.answer(options, wrong), ...FROM })
}

async function confirm(by = session, wrong?: Parameters<SoftPasskey['answer']>[1]) {
  const { state, options } = await test.login.passkeyConfirmOptions(by)
  return test.login.confirmByPasskey(by, { state, response: passkey.answer(options, wrong) })
}

const wrongs = [
  ['without user verification', { userVerified: false }],
  ['from another origin', { origin: 'http://evil.localhost:8740' }],
  ['from another port', { origin: 'http://localhost:8741' }],
  ['for another host', { rpID: 'evil.example' }],
] as const

describe('a passkey', () => {
  it('is added as the first second factor, with recovery codes and a fresh session', async () => {
    expect(session.mfaAt).not.toBeNull()
    expect(recoveryCodes).toHaveLength(10)
    const { passkeys } = await test.login.factors(session.account.accountId)
    expect(passkeys).toEqual([{ id: passkey.id, name: 'My phone', createdAt: expect.any(Date), lastUsedAt: null }])
  })

  it('signs in alone, in a session that is fresh', async () => {
    const result = await signIn()
    if (result.kind !== 'signed_in') throw new Error('refused')
    expect(result.session).toMatchObject({ account: session.account, mfaAt: expect.any(Date) })
    expect(await test.login.session(cookieOf(result.cookies))).toEqual(result.session)
  })

  it('is shown again within a session, which begins anew', async () => {
    const before = await signIn()
    if (before.kind !== 'signed_in') throw new Error('refused')
    const result = await confirm(before.session)
    if (result.kind !== 'ok') throw new Error('refused')
    expect(await test.login.session(cookieOf(before.cookies))).toBeUndefined()
    expect(await test.login.session(cookieOf(result.cookies))).toEqual(result.session)
  })

  it('must be asked for with user verification, and kept by the authenticator', async () => {
    const { options } = await add(session, softPasskey(BASE))
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ id: passkey.id }],
    })
    expect((await test.login.passkeyOptions('sign_in')).options).toMatchObject({ userVerification: 'required' })
    const asked = await test.login.passkeyConfirmOptions(session)
    expect(asked.options).toMatchObject({ userVerification: 'required', rpId: 'localhost' })
    expect(asked.options.allowCredentials).toContainEqual(expect.objectContaining({ id: passkey.id }))
  })

  it('is added after ten minutes only with the second factor again', async () => {
    test.pass(10 * 60_000)
    const refused = { code: 'not_allowed' }
    await expect(test.login.passkeyAddOptions(session)).rejects.toMatchObject(refused)
    await expect(test.login.removePasskey(session, passkey.id)).rejects.toMatchObject(refused)
  })

  it('is removed, but not as the last second factor', async () => {
    await expect(test.login.removePasskey(session, passkey.id)).rejects.toMatchObject({ code: 'not_allowed' })
    const second = await add(session, softPasskey(BASE))
    if (second.result.kind !== 'ok') throw new Error('refused')
    expect(second.result.recoveryCodes).toBeUndefined()
    expect(await test.login.removePasskey(second.result.session, passkey.id)).toBe(true)
    expect(await test.login.removePasskey(second.result.session, passkey.id)).toBe(false)
    expect((await signIn()).kind).toBe('refused')
  })
})

describe('a passkey is refused', () => {
  it.each(wrongs)('%s', async (_what, wrong) => {
    expect((await signIn(wrong)).kind).toBe('refused')
    expect((await confirm(session, wrong)).kind).toBe('refused')
    expect((await add(session, softPasskey(BASE), wrong)).result.kind).toBe('refused')
    expect((await test.login.factors(session.account.accountId)).passkeys).toHaveLength(1)
  })

  it('that somebody has already', async () => {
    expect((await add(await newSession(), passkey)).result.kind).toBe('refused')
    expect((await add(session, passkey)).result.kind).toBe('refused')
    // It still opens the account that had it first.
    expect((await signIn({ userHandle: handleOf(session) })).kind).toBe('signed_in')
  })

  it('whose counter does not rise', async () => {
    expect((await signIn({ counter: 7 })).kind).toBe('signed_in')
    for (const counter of [7, 6, 0]) expect((await signIn({ counter })).kind).toBe('refused')
    expect((await signIn({ counter: 8 })).kind).toBe('signed_in')
  })

  it('with the same counter from two replicas at once, but for one', async () => {
    const answers = await Promise.all(
      [test.login, test.replica].map(async (login) => {
        const { state, options } = await login.passkeyOptions('sign_in')
        return { login, state, response: passkey.answer(options, { counter: 9 }) }
      }),
    )
    const results = await Promise.all(
      answers.map(({ login, ...asked }) => login.signInByPasskey({ ...asked, ...FROM })),
    )
    expect(results.map(({ kind }) => kind).sort()).toEqual(['refused', 'signed_in'])
  })

  it('but not one without a counter, which stays at zero', async () => {
    for (let times = 0; times < 2; times += 1) expect((await signIn({ counter: 0 })).kind).toBe('signed_in')
  })

  it('that names another account than the one it is stored for, or none where nobody is signed in', async () => {
    const other = await newSession()
    for (const userHandle of [handleOf(other), undefined, ''])
      expect((await signIn({ userHandle })).kind).toBe('refused')
    expect((await confirm(session, { userHandle: undefined })).kind).toBe('ok')
  })

  it('of another account', async () => {
    const theirs = session
    const mine = await add(await newSession(), softPasskey(BASE))
    if (mine.result.kind !== 'ok') throw new Error('not added')
    expect((await confirm(mine.result.session)).kind).toBe('refused')
    expect((await confirm(theirs)).kind).toBe('ok')
  })

  it('that answers something else, or nothing that can be read', async () => {
    const { state } = await test.login.passkeyOptions('sign_in')
    const { options } = await test.login.passkeyOptions('sign_in')
    const response = passkey.answer(options)
    expect((await test.login.signInByPasskey({ state, response, ...FROM })).kind).toBe('refused')
    for (const signature of ['', 'AAAA', 'not base64url!']) {
      const again = await test.login.passkeyOptions('sign_in')
      const forged = passkey.answer(again.options)
      const broken = { ...forged, response: { ...forged.response, signature } }
      expect((await test.login.signInByPasskey({ state: again.state, response: broken, ...FROM })).kind).toBe('refused')
    }
  })
})

describe('the state of a challenge', () => {
  it('is good once', async () => {
    const { state, options } = await test.login.passkeyOptions('sign_in')
    const ask = () => test.login.signInByPasskey({ state, response: passkey.answer(options), ...FROM })
    expect((await ask()).kind).toBe('signed_in')
    expect((await ask()).kind).toBe('refused')
  })

  it('is used up by an answer that was refused', async () => {
    const { state, options } = await test.login.passkeyOptions('sign_in')
    const ask = (userVerified: boolean) =>
      test.login.signInByPasskey({ state, response: passkey.answer(options, { userVerified }), ...FROM })
    expect((await ask(false)).kind).toBe('refused')
    expect((await ask(true)).kind).toBe('refused')
  })

  it('is good for five minutes', async () => {
    const { state, options } = await test.login.passkeyOptions('sign_in')
    test.pass(5 * 60_000)
    expect((await test.login.signInByPasskey({ state, response: passkey.answer(options), ...FROM })).kind).toBe(
      'refused',
    )
  })

  it('is good for its purpose only', async () => {
    const confirming = await test.login.passkeyConfirmOptions(session)
    const response = passkey.answer(confirming.options)
    expect((await test.login.signInByPasskey({ state: confirming.state, response, ...FROM })).kind).toBe('refused')
    const signing = await test.login.passkeyOptions('sign_in')
    const answer = { state: signing.state, response: passkey.answer(signing.options) }
    expect((await test.login.confirmByPasskey(session, answer)).kind).toBe('refused')
    const adding = await test.login.passkeyAddOptions(session)
    const got = { state: adding.state, response: passkey.answer({ challenge: adding.options.challenge }) }
    expect((await test.login.confirmByPasskey(session, got)).kind).toBe('refused')
  })

  it('of another account adds and confirms nothing', async () => {
    const other = await newSession()
    const theirs = await test.login.passkeyAddOptions(other)
    const response = softPasskey(BASE).register(theirs.options)
    expect((await test.login.addPasskey(session, { state: theirs.state, response, name: 'x' })).kind).toBe('refused')
    const confirming = await test.login.passkeyConfirmOptions(other)
    const answer = { state: confirming.state, response: passkey.answer(confirming.options) }
    expect((await test.login.confirmByPasskey(session, answer)).kind).toBe('refused')
  })

  it('is stored by its hash', async () => {
    const { state } = await test.login.passkeyOptions('sign_in')
    const { rows } = await withClient(database.superuser, (client) =>
      client.query(`select c::text as row from auth.challenges c`),
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toContain(state)
  })
})

it('an account with a passkey only is refused a code', async () => {
  expect((await test.login.showCode(session, '123456')).kind).toBe('refused')
})

function handleOf({ account }: LoginSession): string {
  return Buffer.from(account.accountId).toString('base64url')
}
