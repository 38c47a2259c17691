import { refuseUnlessFresh } from './factor.ts'
import type { Login } from './login.ts'
import { endOthers } from './sessions.ts'
import { isPassword, setPassword } from './stored-password.ts'
import type { Tools } from './tools.ts'
import { inSession } from './transaction.ts'

type Passwords = Pick<Login, 'signIn' | 'changePassword'>

/** What a person does with a password. */
export function passwords(tools: Tools): Passwords {
  const { accounts, sessions, attempts } = tools
  return {
    async signIn({ email, password, address, userAgent }) {
      const target = { kind: 'password', who: email.trim().toLowerCase() } as const
      const taken = await attempts.take(target)
      if (taken.kind === 'locked') return taken
      const account = await accounts.byEmail(email)
      const hash = await accounts.matchingHash(account, password)
      if (!account || hash === undefined) return { kind: 'refused' }
      await attempts.clear(target)
      const begun = await sessions.begin({
        accountId: account.accountId,
        caller: { address, userAgent },
        mfaAt: null,
        stillOpens: (db) => isPassword(db, account.accountId, hash),
      })
      return begun ? { kind: 'signed_in', ...begun } : { kind: 'refused' }
    },
    changePassword: changePasswordWith(tools),
  }
}

/** Its tries are counted apart: who knows the password must not clear the count of the codes with it. */
function changePasswordWith(tools: Tools): Login['changePassword'] {
  const { accounts, attempts, authPool } = tools
  return async (session, { current, next }) => {
    const { account, sessionId } = session
    refuseUnlessFresh(tools, session)
    const target = { kind: 'current_password', who: account.accountId } as const
    const taken = await attempts.take(target)
    if (taken.kind === 'locked') return taken
    const hash = await accounts.matchingHash(account, current)
    if (hash === undefined) return { kind: 'refused' }
    await attempts.clear(target)
    const nextHash = await accounts.hashFor(account, next)
    const isSet = await inSession(authPool, session, async (db) => {
      if (!(await isPassword(db, account.accountId, hash))) return false
      await setPassword(db, account.accountId, nextHash)
      await endOthers(db, account.accountId, sessionId)
      return true
    })
    return isSet ? { kind: 'ok', session, cookies: [] } : { kind: 'refused' }
  }
}
