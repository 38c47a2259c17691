import type { Login } from './login.ts'
import { endOthers } from './sessions.ts'
import { setPassword } from './stored-password.ts'
import type { Tools } from './tools.ts'

type OneTime = Pick<Login, 'issueLink' | 'readLink' | 'useSetupLink' | 'resetPassword' | 'resetSecondFactor'>

/** What the holder of a link may do: each works once, in one transaction with what it does. */
export function oneTimeLinks({ links, accounts, attempts }: Tools): OneTime {
  return {
    issueLink: links.issue,
    readLink: links.read,
    useSetupLink: links.useSetup,
    async resetPassword(token, password) {
      const link = await links.read(token)
      if (link?.purpose !== 'password' || !link.account) return false
      const hash = await accounts.hashFor(link.account, password)
      const isDone = await links.use({ token, purpose: 'password' }, async (db, accountId) => {
        await setPassword(db, accountId, hash)
        await endOthers(db, accountId)
      })
      // Whoever was locked out by wrong passwords comes in with the new one.
      if (isDone) await attempts.clear({ kind: 'password', who: link.account.email })
      return isDone
    },
    resetSecondFactor: (token) =>
      links.use({ token, purpose: 'second_factor' }, async (db, accountId) => {
        await endOthers(db, accountId)
        for (const table of ['auth.totp', 'auth.passkeys', 'auth.recovery_codes'])
          await db.query(`delete from ${table} where account_id = $1`, [accountId])
      }),
  }
}
