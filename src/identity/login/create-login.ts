import type pg from 'pg'
import type { Clock, Secret } from '#kernel'
import type { Vault } from '#vault'
import { accountsOf } from './accounts.ts'
import { attemptsOf } from './attempts.ts'
import { openCore } from './better-auth.ts'
import { linksOf } from './links.ts'
import type { CodeResult, Login, LoginSession, SignInResult } from './login.ts'
import { oneTimeLinks } from './one-time-links.ts'
import { passkeysOf } from './passkeys.ts'
import { recoveryCodesOf } from './recovery-codes.ts'
import { factors, keys } from './second-factors.ts'
import { sessionsOf } from './sessions.ts'
import { setPassword } from './set-password.ts'
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
  return { ...passwords(tools), ...sessionsFor(tools), ...factors(tools), ...keys(tools), ...oneTimeLinks(tools) }
}

type Passwords = Pick<Login, 'signIn' | 'createAccount' | 'accountByEmail' | 'changePassword'>

function passwords({ accounts, sessions, attempts, authPool }: Tools): Passwords {
  return {
    async signIn({ email, password, address, userAgent }): Promise<SignInResult> {
      const target = { kind: 'password', who: email.trim().toLowerCase() } as const
      const taken = await attempts.take(target)
      if (taken.kind === 'locked') return taken
      const account = await accounts.byEmail(email)
      if (!(await accounts.verify(account, password)) || !account) return { kind: 'refused' }
      await attempts.clear(target)
      return { kind: 'signed_in', ...(await sessions.begin(account.accountId, { address, userAgent }, null)) }
    },
    createAccount: accounts.create,
    accountByEmail: accounts.byEmail,
    async changePassword(session, { current, next }): Promise<CodeResult> {
      const { account } = session
      const target = { kind: 'code', who: account.accountId } as const
      const taken = await attempts.take(target)
      if (taken.kind === 'locked') return taken
      if (!(await accounts.verify(account, current))) return { kind: 'refused' }
      await attempts.clear(target)
      await setPassword(authPool, account.accountId, await accounts.hashFor(account, next))
      await sessions.endOthers(account.accountId, session.sessionId)
      return { kind: 'ok', session, cookies: [] }
    },
  }
}

function sessionsFor({ sessions }: Tools) {
  return {
    session: sessions.read,
    async signOut({ account, sessionId }: LoginSession) {
      await sessions.end(account.accountId, sessionId)
      return sessions.clearing
    },
    sessions: sessions.list,
    endSession: sessions.end,
    endOtherSessions: sessions.endOthers,
  }
}
