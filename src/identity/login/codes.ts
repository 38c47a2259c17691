import { AppError } from '#kernel'
import { enrolled, refuseUnlessFresh, refuseUnlessMayEnrol, shown } from './factor.ts'
import type { Login } from './login.ts'
import type { Tools } from './tools.ts'
import { inSession } from './transaction.ts'

type Codes = Pick<Login, 'factors' | 'beginTotp' | 'confirmTotp' | 'showCode' | 'renewRecoveryCodes'>

/** What a person does with codes of an app and recovery codes. */
export function codes(tools: Tools): Codes {
  const { totp, passkeys, recovery, authPool } = tools
  return {
    factors: async (accountId) => ({
      totp: await totp.isConfirmed(authPool, accountId),
      passkeys: await passkeys.list(authPool, accountId),
      recoveryCodesLeft: await recovery.left(authPool, accountId),
    }),
    beginTotp: (session) =>
      inSession(authPool, session, async (db) => {
        await refuseUnlessMayEnrol(tools, db, session)
        const begun = await totp.begin(db, session)
        if (!begun) throw hasTotp()
        return begun
      }),
    confirmTotp: (session, code) => enrolled(tools, session, (db) => totp.confirm(db, session, withoutSpaces(code))),
    showCode: (session, code) => {
      const typed = withoutSpaces(code)
      const kind = /^\d{6}$/.test(typed) ? totp : recovery
      return shown(tools, session, (db) => kind.take(db, session.account.accountId, typed))
    },
    renewRecoveryCodes: (session) =>
      inSession(authPool, session, async (db) => {
        refuseUnlessFresh(tools, session)
        return recovery.renew(db, session.account.accountId)
      }),
  }
}

function withoutSpaces(code: string): string {
  return code.replaceAll(/\s/g, '')
}

function hasTotp(): AppError {
  return new AppError(
    'not_allowed',
    'An authenticator app is set up already; ask for a reset of the second factor to change it.',
  )
}
