import type pg from 'pg'
import type { Clock } from '#kernel'
import type { Accounts } from './accounts.ts'
import type { Attempts } from './attempts.ts'
import type { Links } from './links.ts'
import type { Passkeys } from './passkeys.ts'
import type { RecoveryCodes } from './recovery-codes.ts'
import type { Sessions } from './sessions.ts'
import type { Totp } from './totp.ts'

/** What the login is put together from. */
export type Tools = {
  authPool: pg.Pool
  clock: Clock
  accounts: Accounts
  sessions: Sessions
  attempts: Attempts
  totp: Totp
  passkeys: Passkeys
  recovery: RecoveryCodes
  links: Links
}
