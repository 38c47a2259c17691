import { base32 } from '@better-auth/utils/base32'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { cookieOf, startTestLogin, type TestLogin } from '../../../test/support/login.ts'
import { newAccount, PASSWORD, signedIn, withTotp } from '../../../test/support/login-steps.ts'
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

describe('a dump of the schema auth', () => {
  it('holds no value that opens anything', async () => {
    const { secret, recoveryCodes, cookies } = await withTotp(test, account)
    const { cookie } = await signedIn(test, account)
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
    await signedIn(test, account)
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
