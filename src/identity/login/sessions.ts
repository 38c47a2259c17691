import type pg from 'pg'
import type { Core } from './better-auth.ts'
import { SESSION_SECONDS } from './better-auth.ts'
import { sessionHash } from './hashed-sessions.ts'
import type { Caller, LoginSession, SessionSummary } from './login.ts'

/** The prefix makes browsers refuse it without Secure, for another path and from another host. */
const SESSION_COOKIE = '__Host-tillgate-session'

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** A session that has just begun, with the Set-Cookie values that carry its token. */
export type Begun = { readonly session: LoginSession; readonly cookies: readonly string[] }

export type Sessions = ReturnType<typeof sessionsOf>

/** Sessions of people. A token is known to the browser alone; it changes with each step of signing in. */
export function sessionsOf({ core, authPool }: { core: Core; authPool: pg.Pool }) {
  const begin = async (accountId: string, caller: Caller, mfaAt: Date | null): Promise<Begun> => {
    const { address: ipAddress, userAgent } = caller
    const { token } = await core.internalAdapter.createSession(accountId, false, { ipAddress, userAgent, mfaAt }, true)
    const session = await byHash(authPool, sessionHash(token))
    if (!session) throw new Error('a session that was just made is not there')
    return { session, cookies: [`${SESSION_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${SESSION_SECONDS}`] }
  }
  return {
    begin,
    async read(cookieHeader: string | undefined): Promise<LoginSession | undefined> {
      const token = tokenIn(cookieHeader)
      return token === undefined ? undefined : byHash(authPool, sessionHash(token))
    },
    /** The same person after a second factor: a new token, so that one that was seen before opens nothing more. */
    async renew(session: LoginSession, mfaAt: Date): Promise<Begun> {
      const { rows } = await authPool.query<{ ip_address: string | null; user_agent: string | null }>(
        'delete from auth.sessions where id = $1 returning ip_address, user_agent',
        [session.sessionId],
      )
      const caller = { address: rows[0]?.ip_address ?? '', userAgent: rows[0]?.user_agent ?? '' }
      return begin(session.account.accountId, caller, mfaAt)
    },
    async end(accountId: string, sessionId: string): Promise<boolean> {
      const { rowCount } = await authPool.query(
        'delete from auth.sessions where user_id::text = $1 and id::text = $2',
        [accountId, sessionId],
      )
      return rowCount === 1
    },
    async endOthers(accountId: string, except?: string): Promise<void> {
      await authPool.query('delete from auth.sessions where user_id = $1 and ($2::uuid is null or id <> $2)', [
        accountId,
        except ?? null,
      ])
    },
    list: (accountId: string) => listOf(authPool, accountId),
    clearing: [`${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`] as readonly string[],
  }
}

/** What the library makes: 32 letters and digits. Anything else is not looked up. */
const TOKEN = /^[A-Za-z0-9]{32}$/

function tokenIn(cookieHeader: string | undefined): string | undefined {
  const found = cookieHeader?.match(/(?:^|;\s*)__Host-tillgate-session=([^;]*)/)?.[1]
  return found !== undefined && TOKEN.test(found) ? found : undefined
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
