import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import type { Account, LoginSession } from './login.ts'
import { totpCode } from './totp.ts'

const PASSWORD = 'correct horse battery'
const FROM = { address: '192.0.2.1', userAgent: 'test' }

let database: TestDatabase
let test: TestLogin
let account: Account
let session: LoginSession
let secret: string
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
  account = await test.login.createAccount({ email: `p${++made}@example.com`, name: 'P', password: PASSWORD })
  const first = await signedIn()
  secret = (await test.login.beginTotp(first)).secret
  const confirmed = await test.login.confirmTotp(first, await totpCode(secret, test.clock() - 30_000))
  if (confirmed.kind !== 'ok') throw new Error('not confirmed')
  session = confirmed.session
})

async function signedIn(): Promise<LoginSession> {
  const result = await test.login.signIn({ email: account.email, password: PASSWORD, ...FROM })
  if (result.kind !== 'signed_in') throw new Error(`not signed in: ${result.kind}`)
  return result.session
}

const link = async (purpose: 'password' | 'second_factor') =>
  (await test.login.issueLink({ purpose, accountId: account.accountId, createdBy: 'test', minutes: 5 })).reveal()

const sessionsLeft = () => test.login.sessions(account.accountId)

describe('a session that ended while a request with it was on its way', () => {
  const over = { code: 'not_allowed' }

  it('is not begun anew by a right code, and the code is not used up', async () => {
    await test.login.endOtherSessions(account.accountId)
    const code = await totpCode(secret, test.clock())
    await expect(test.login.showCode(session, code)).rejects.toMatchObject(over)
    expect(await sessionsLeft()).toEqual([])
    expect((await test.login.showCode(await signedIn(), code)).kind).toBe('ok')
  })

  it('changes nothing that protects the account', async () => {
    await test.login.endOtherSessions(account.accountId)
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject(over)
    await expect(test.login.beginTotp(session)).rejects.toMatchObject(over)
    await expect(test.login.removePasskey(session, 'x')).rejects.toMatchObject(over)
    const change = { current: PASSWORD, next: 'another horse battery' }
    await expect(test.login.changePassword(session, change)).rejects.toMatchObject(over)
  })

  it('is over by its old token after a code renewed it', async () => {
    const shown = await test.login.showCode(session, await totpCode(secret, test.clock()))
    expect(shown.kind).toBe('ok')
    await expect(test.login.renewRecoveryCodes(session)).rejects.toMatchObject(over)
  })
})

describe('a reset', () => {
  it('of the password leaves no session that began beside it with the old one', async () => {
    const token = await link('password')
    const reset = await heldAt('auth.sessions', () => test.login.resetPassword(token, 'another horse battery'))
    const beside = test.login.signIn({ email: account.email, password: PASSWORD, ...FROM })
    await waiting(2)
    await reset.release()
    expect(await reset.result).toBe(true)
    expect((await beside).kind).toBe('refused')
    expect(await sessionsLeft()).toEqual([])
  })

  it('of the second factor leaves none that was set up beside it', async () => {
    const token = await link('second_factor')
    const reset = await heldAt('auth.recovery_codes', () => test.login.resetSecondFactor(token))
    const beside = test.login.renewRecoveryCodes(session).catch((error: unknown) => error)
    await waiting(2)
    await reset.release()
    expect(await reset.result).toBe(true)
    expect(await beside).toMatchObject({ code: 'not_allowed' })
    expect(await test.login.factors(account.accountId)).toEqual({ totp: false, passkeys: [], recoveryCodesLeft: 0 })
  })
})

describe('the last second factors', () => {
  it('are not both taken away by two requests at once', async () => {
    const insert = `insert into auth.passkeys (credential_id, account_id, public_key, counter, transports, name)
      values ($1, $2, '\\x00', 0, '{}', 'key')`
    const ids = [`one-${made}`, `two-${made}`]
    await withClient(database.superuser, async (client) => {
      for (const id of ids) await client.query(insert, [id, account.accountId])
      await client.query('delete from auth.totp where account_id = $1', [account.accountId])
    })
    const removed = await Promise.allSettled(
      ids.map((id, index) => (index === 0 ? test.login : test.replica).removePasskey(session, id)),
    )
    expect(removed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await test.login.factors(account.accountId)).passkeys).toHaveLength(1)
  })
})

/** Begins the work and holds it at the first row that it deletes of the table, until it is released. */
async function heldAt<T>(table: string, work: () => Promise<T>) {
  const client = new pg.Client(database.superuser)
  await client.connect()
  await client.query('begin')
  const column = table === 'auth.sessions' ? 'user_id' : 'account_id'
  await client.query(`select from ${table} where ${column} = $1 for update`, [account.accountId])
  const result = work()
  await waiting(1)
  return { result, release: () => client.end() }
}

/** Until so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  await expect
    .poll(
      () =>
        withClient(database.superuser, async (client) => {
          const { rows } = await client.query(
            `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`,
          )
          return rows[0].n
        }),
      { timeout: 10_000, interval: 50 },
    )
    .toBe(count)
}
