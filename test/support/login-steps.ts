import { type Account, type LoginSession, totpCode } from '#identity'
import { cookieOf, type TestLogin } from './login.ts'

export const PASSWORD = 'correct horse battery'
export const CALLER = { address: '192.0.2.1', userAgent: 'test' }

let made = 0

/** Somebody with the password and no second factor. */
export function newAccount({ login }: TestLogin, name = 'Somebody'): Promise<Account> {
  return login.createAccount({ email: `${name}${++made}@example.com`, name, password: PASSWORD })
}

/** The password step alone. */
export async function signedIn(
  { login }: TestLogin,
  { email }: Account,
): Promise<{ session: LoginSession; cookie: string }> {
  const result = await login.signIn({ email, password: PASSWORD, ...CALLER })
  if (result.kind !== 'signed_in') throw new Error(`not signed in: ${result.kind}`)
  return { session: result.session, cookie: cookieOf(result.cookies) }
}

/** A session that has just confirmed an authenticator app; the codes of now and later are still good. */
export async function withTotp(test: TestLogin, account: Account) {
  const { session } = await signedIn(test, account)
  const { secret } = await test.login.beginTotp(session)
  const confirmed = await test.login.confirmTotp(session, await codeAt(test, secret, -1))
  if (confirmed.kind !== 'ok') throw new Error('not confirmed')
  const { recoveryCodes = [], cookies } = confirmed
  return { secret, session: confirmed.session, recoveryCodes, cookies }
}

/** The code so many time steps from now. */
export function codeAt({ clock }: TestLogin, secret: string, steps = 0): Promise<string> {
  return totpCode(secret, clock() + steps * 30_000)
}
