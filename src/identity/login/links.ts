import type pg from 'pg'
import { type Clock, isToken, newToken, Secret, tokenHash } from '#kernel'
import type { Account, LinkPurpose } from './login.ts'
import { type Db, inTransaction, lockAccount } from './transaction.ts'

type NewLink = { purpose: LinkPurpose; accountId?: string; createdBy: string; minutes: number }

export type Links = ReturnType<typeof linksOf>

/** One-time links by the hash of their token. */
export function linksOf({ authPool, clock }: { authPool: pg.Pool; clock: Clock }) {
  return {
    async issue({ purpose, accountId, createdBy, minutes }: NewLink): Promise<Secret> {
      const token = newToken('ln')
      const expiresAt = new Date(clock() + minutes * 60_000)
      await authPool.query(ISSUE, [tokenHash(token), purpose, accountId ?? null, createdBy, expiresAt])
      return new Secret(token)
    },
    /** What an open link is for, without using it. */
    async read(token: string): Promise<{ purpose: LinkPurpose; account: Account | undefined } | undefined> {
      if (!isToken(token, 'ln')) return undefined
      const { rows } = await authPool.query<Read>(READ, [tokenHash(token), new Date(clock())])
      const row = rows[0]
      return row && { purpose: row.purpose, account: accountOf(row) }
    },
    /** Uses up an open set-up link; false where it is not open any more. */
    async useSetup(token: string): Promise<boolean> {
      const { rowCount } = await authPool.query(USE, [tokenHash(token), 'setup', new Date(clock())])
      return rowCount === 1
    },
    /**
     * Uses the link up and does the work for its account in the same transaction, which holds the account; false, without
     * doing it, where the link is not open or is for something else.
     */
    use(
      { token, purpose }: { token: string; purpose: 'password' | 'second_factor' },
      work: (db: Db, accountId: string) => Promise<void>,
    ): Promise<boolean> {
      return inTransaction(authPool, async (db) => {
        const values = [tokenHash(token), purpose, new Date(clock())]
        const { rows } = await db.query<{ account_id: string }>(USE, values)
        const link = rows[0]
        if (!link) return false
        await lockAccount(db, link.account_id)
        await work(db, link.account_id)
        return true
      })
    },
  }
}

/** An older open link for the same is over. */
const ISSUE = `
  with older as (
    update auth.links set used_at = now() where purpose = $2 and account_id is not distinct from $3 and used_at is null)
  insert into auth.links (hash, purpose, account_id, created_by, expires_at) values ($1, $2, $3, $4, $5)`

type Read = { purpose: LinkPurpose; id: string | null; email: string; name: string }

const READ = `
  select l.purpose, a.id, a.email, a.name from auth.links l left join auth.accounts a on a.id = l.account_id
  where l.hash = $1 and l.used_at is null and l.expires_at > $2`

/** Compare-and-set: of two who come with the link at once, one uses it. */
const USE = `
  update auth.links set used_at = now() where hash = $1 and purpose = $2 and used_at is null and expires_at > $3
  returning account_id`

function accountOf({ id, email, name }: Read): Account | undefined {
  return id === null ? undefined : { accountId: id, email, name }
}
