import { randomBytes } from 'node:crypto'
import { base32 } from '@better-auth/utils/base32'
import { hmac, type Secret } from '#kernel'
import type { Db } from './transaction.ts'

const CODES = 10
/** 50 bits: ten characters of base32. Tries are counted, so that this is plenty. */
const CODE_CHARACTERS = 10

export type RecoveryCodes = ReturnType<typeof recoveryCodesOf>

/** Codes for who lost the second factor: shown once, each good once. */
export function recoveryCodesOf({ secret }: { secret: Secret<Buffer> }) {
  const hashOf = (accountId: string, code: string) => hmac(secret.reveal(), 'recovery\n', accountId, '\n', code)
  return {
    /** Ten new codes in place of those there are. */
    async renew(db: Db, accountId: string): Promise<readonly string[]> {
      const codes = Array.from({ length: CODES }, newCode)
      await db.query('delete from auth.recovery_codes where account_id = $1', [accountId])
      await db.query('insert into auth.recovery_codes (account_id, hash) select $1, unnest($2::bytea[])', [
        accountId,
        codes.map((code) => hashOf(accountId, code)),
      ])
      return codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`)
    },
    /** Uses a code up; false for one that is unknown, used or of another account. */
    async take(db: Db, accountId: string, code: string): Promise<boolean> {
      const { rowCount } = await db.query(
        'update auth.recovery_codes set used_at = now() where account_id = $1 and hash = $2 and used_at is null',
        [accountId, hashOf(accountId, code.replaceAll('-', '').toLowerCase())],
      )
      return rowCount === 1
    },
    async left(db: Db, accountId: string): Promise<number> {
      const { rows } = await db.query<{ left: number }>(
        'select count(*)::int as left from auth.recovery_codes where account_id = $1 and used_at is null',
        [accountId],
      )
      return rows[0]?.left ?? 0
    },
  }
}

function newCode(): string {
  return base32.encode(randomBytes(8), { padding: false }).toLowerCase().slice(0, CODE_CHARACTERS)
}
