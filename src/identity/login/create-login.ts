import type pg from 'pg'
import type { Clock, Secret } from '#kernel'
import type { Vault } from '#vault'
import { accountsOf } from './accounts.ts'
import { attemptsOf } from './attempts.ts'
import { openCore } from './better-auth.ts'
import { codes } from './codes.ts'
import { keys } from './keys.ts'
import { linksOf } from './links.ts'
import type { Login } from './login.ts'
import { oneTimeLinks } from './one-time-links.ts'
import { passkeysOf } from './passkeys.ts'
import { passwords } from './passwords.ts'
import { recoveryCodesOf } from './recovery-codes.ts'
import { sessionsOf } from './sessions.ts'
import type { Tools } from './tools.ts'
import { totpOf } from './totp.ts'

type Parts = {
  /** The origin of this Tillgate: passkeys belong to its host. */
  base: string
  /** The pool of `tillgate_auth`. */
  authPool: pg.Pool
  vault: Vault
  clock: Clock
  /** 32 bytes, the same on every replica. */
  secret: Secret<Buffer>
}

/** People on the tables of the schema `auth`; see `Login`. */
export async function createLogin(parts: Parts): Promise<Login> {
  const core = await openCore(parts)
  const tools: Tools = {
    authPool: parts.authPool,
    clock: parts.clock,
    accounts: accountsOf(core),
    sessions: sessionsOf({ core, authPool: parts.authPool }),
    attempts: attemptsOf(parts),
    totp: totpOf(parts),
    passkeys: passkeysOf(parts),
    recovery: recoveryCodesOf(parts),
    links: linksOf(parts),
  }
  return {
    createAccount: tools.accounts.create,
    accountByEmail: tools.accounts.byEmail,
    ...passwords(tools),
    ...sessionActs(tools),
    ...codes(tools),
    ...keys(tools),
    ...oneTimeLinks(tools),
  }
}

type SessionActs = Pick<Login, 'session' | 'signOut' | 'sessions' | 'endSession' | 'endOtherSessions'>

function sessionActs({ sessions }: Tools): SessionActs {
  return {
    session: sessions.read,
    async signOut({ account, sessionId }) {
      await sessions.end(account.accountId, sessionId)
      return sessions.clearing
    },
    sessions: sessions.list,
    endSession: sessions.end,
    endOtherSessions: sessions.endOthers,
  }
}
