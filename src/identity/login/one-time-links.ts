import type { Login } from './login.ts'
import { setPassword } from './set-password.ts'
import type { Tools } from './tools.ts'

type OneTime = Pick<Login, 'issueLink' | 'readLink' | 'useSetupLink' | 'resetPassword' | 'resetSecondFactor'>

/** What the holder of a link may do: each works once, in one transaction with what it does. */
export function oneTimeLinks({ links, accounts }: Tools): OneTime {
  return {
    issueLink: links.issue,
    readLink: links.read,
    useSetupLink: async (token) => (await links.use({ token, purpose: 'setup' }, async () => true)) ?? false,
    async resetPassword(token, password) {
      const link = await links.read(token)
      if (link?.purpose !== 'password' || !link.account) return false
      const hash = await accounts.hashFor(link.account, password)
      const used = await links.use({ token, purpose: 'password' }, async (client, accountId) => {
        await setPassword(client, `${accountId}`, hash)
        await client.query('delete from auth.sessions where user_id = $1', [accountId])
        return true
      })
      return used ?? false
    },
    async resetSecondFactor(token) {
      const used = await links.use({ token, purpose: 'second_factor' }, async (client, accountId) => {
        for (const table of ['auth.totp', 'auth.passkeys', 'auth.recovery_codes'])
          await client.query(`delete from ${table} where account_id = $1`, [accountId])
        await client.query('delete from auth.sessions where user_id = $1', [accountId])
        return true
      })
      return used ?? false
    },
  }
}
