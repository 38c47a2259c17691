import type pg from 'pg'
import { type Clock, isToken, newToken, Secret, tokenHash } from '#kernel'
import type { Account, LinkPurpose } from './login.ts'

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
    /**
     * Uses the link up and runs the work with its account in the same transaction; undefined, without running it, where the
     * link is not open or is for something else.
     */
    async use<T>(
      { token, purpose }: { token: string; purpose: LinkPurpose },
      work: (client: pg.PoolClient, accountId: string | null) => Promise<T>,
    ): Promise<T | undefined> {
      if (!isToken(token, 'ln')) return undefined
      const client = await authPool.connect()
      try {
        await client.query('begin')
        const used = await client.query<{ account_id: string | null }>(USE, [
          tokenHash(token),
          purpose,
          new Date(clock()),
        ])
        const link = used.rows[0]
        const result = link && (await work(client, link.account_id))
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
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

const USE = `
  update auth.links set used_at = now() where hash = $1 and purpose = $2 and used_at is null and expires_at > $3
  returning account_id`

function accountOf({ id, email, name }: Read): Account | undefined {
  return id === null ? undefined : { accountId: id, email, name }
}
