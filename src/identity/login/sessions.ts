import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { z } from 'zod'
import type { Core } from './better-auth.ts'
import { SESSION_SECONDS } from './better-auth.ts'
import { sessionHash } from './hashed-sessions.ts'
import type { Caller, LoginSession, SessionSummary } from './login.ts'
import { type Db, inTransaction, lockAccount } from './transaction.ts'

/** The prefix makes browsers refuse it without Secure, for another path and from another host. */
const SESSION_COOKIE = '__Host-tillgate-session'

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** A session that has just begun, with the Set-Cookie values that carry its token. */
export type Begun = { readonly session: LoginSession; readonly cookies: readonly string[] }

type Beginning = {
  readonly accountId: string
  readonly caller: Caller
  readonly mfaAt: Date | null
  /** Whether what was shown still opens the account. */
  readonly stillOpens: (db: Db) => Promise<boolean>
}

export type Sessions = ReturnType<typeof sessionsOf>

/** Sessions of people. A token is known to the browser alone; it changes with each step of signing in. */
export function sessionsOf({ core, authPool }: { core: Core; authPool: pg.Pool }) {
  return {
    /** Undefined where what was shown was changed meanwhile: a reset must not leave a session behind that began beside it. */
    async begin({ accountId, caller, mfaAt, stillOpens }: Beginning): Promise<Begun | undefined> {
      const token = newToken()
      const row = { ipAddress: caller.address, userAgent: caller.userAgent, mfaAt, token }
      await core.internalAdapter.createSession(accountId, false, row, true)
      const opens = await inTransaction(authPool, async (db) => {
        await lockAccount(db, accountId)
        return stillOpens(db)
      })
      const session = await byHash(authPool, sessionHash(token))
      if (!opens && session) await end(authPool, accountId, session.sessionId)
      return opens && session ? { session, cookies: [cookieOf(token)] } : undefined
    },
    async read(cookieHeader: string | undefined): Promise<LoginSession | undefined> {
      const token = tokenIn(cookieHeader)
      return token === undefined ? undefined : byHash(authPool, sessionHash(token))
    },
    /** The same session after a second factor: with a new token, so that one that was seen before opens nothing more. */
    async renew(db: Db, session: LoginSession, mfaAt: Date): Promise<Begun> {
      const token = newToken()
      const renewed = { ...session, hash: sessionHash(token), mfaAt }
      await db.query(RENEW, [session.sessionId, session.hash, renewed.hash, mfaAt, SESSION_SECONDS])
      return { session: renewed, cookies: [cookieOf(token)] }
    },
    end: (accountId: string, sessionId: string) => end(authPool, accountId, sessionId),
    endOthers: (accountId: string, except?: string) => endOthers(authPool, accountId, except),
    list: (accountId: string) => listOf(authPool, accountId),
    clearing: [`${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`] as readonly string[],
  }
}

/** Ends every session of the account, but for the one given. */
export async function endOthers(db: Db, accountId: string, except?: string): Promise<void> {
  await db.query('delete from auth.sessions where user_id = $1 and ($2::uuid is null or id <> $2)', [
    accountId,
    except ?? null,
  ])
}

async function end(db: Db, accountId: string, sessionId: string): Promise<boolean> {
  if (!z.uuid().safeParse(sessionId).success) return false
  const { rowCount } = await db.query('delete from auth.sessions where user_id = $1 and id = $2', [
    accountId,
    sessionId,
  ])
  return rowCount === 1
}

const RENEW = `
  update auth.sessions set token = $3, mfa_at = $4, updated_at = now(), expires_at = now() + make_interval(secs => $5)
  where id = $1 and token = $2`

/** 256 bits, where the library's own have 190. */
function newToken(): string {
  return randomBytes(32).toString('base64url')
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/

function tokenIn(cookieHeader: string | undefined): string | undefined {
  const found = cookieHeader?.match(/(?:^|;\s*)__Host-tillgate-session=([^;]*)/)?.[1]
  return found !== undefined && TOKEN.test(found) ? found : undefined
}

function cookieOf(token: string): string {
  return `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${SESSION_SECONDS}`
}

type Row = { id: string; user_id: string; email: string; name: string; mfa_at: Date | null; created_at: Date }

/** Notes the use once a minute, in the statement that reads. */
const READ = `
  with used as (
    update auth.sessions set updated_at = now() where token = $1 and expires_at > now() and updated_at < now() - interval '1 minute')
  select s.id, s.user_id, a.email, a.name, s.mfa_at, s.created_at
  from auth.sessions s join auth.accounts a on a.id = s.user_id where s.token = $1 and s.expires_at > now()`

async function byHash(authPool: pg.Pool, hash: string): Promise<LoginSession | undefined> {
  const { rows } = await authPool.query<Row>(READ, [hash])
  const row = rows[0]
  if (!row) return undefined
  const account = { accountId: row.user_id, email: row.email, name: row.name }
  return { sessionId: row.id, hash, account, mfaAt: row.mfa_at, createdAt: row.created_at }
}

async function listOf(authPool: pg.Pool, accountId: string): Promise<SessionSummary[]> {
  const { rows } = await authPool.query<SessionSummary>(
    `select id as "sessionId", created_at as "createdAt", updated_at as "lastUsedAt", expires_at as "expiresAt",
       nullif(ip_address, '') as address, nullif(user_agent, '') as "userAgent"
     from auth.sessions where user_id = $1 and expires_at > now() order by updated_at desc`,
    [accountId],
  )
  return rows
}
