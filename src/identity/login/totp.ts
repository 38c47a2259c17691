import { randomBytes } from 'node:crypto'
import { base32 } from '@better-auth/utils/base32'
import { createOTP } from '@better-auth/utils/otp'
import { type Clock, sameBytes } from '#kernel'
import type { Vault } from '#vault'
import { INSTANCE } from './instance.ts'
import type { LoginSession } from './login.ts'
import type { Db } from './transaction.ts'

/** Seconds of one time step (RFC 6238 section 5.2). */
const STEP_S = 30
const SEED_BYTES = 20

export type Totp = ReturnType<typeof totpOf>

/**
 * Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s). One seed an account, sealed. The steps t-1, t and t+1 are
 * taken, each once and only later ones than the newest that was.
 */
export function totpOf({ vault, clock }: { vault: Vault; clock: Clock }) {
  const contextOf = (accountId: string) => ({ workspace: INSTANCE, purpose: 'totp', subject: accountId })
  const open = async (accountId: string, seed: Buffer) =>
    (await vault.open(contextOf(accountId), seed)).reveal().toString('utf8')
  const stepIn = async (accountId: string, found: Row | undefined, code: string) =>
    found && stepOf(await open(accountId, found.seed), code, clock())
  return {
    /** The unconfirmed seed of this session, as base32 and as URI for a QR code; undefined where the account has a confirmed one. */
    async begin(
      db: Db,
      { account: { accountId, email }, sessionId }: LoginSession,
    ): Promise<{ secret: string; uri: string } | undefined> {
      // Text, because that is what the library takes for the key; its base32 stands for the same bytes.
      const fresh = await vault.seal(contextOf(accountId), randomBytes(SEED_BYTES).toString('base64url'))
      await db.query(BEGIN, [accountId, fresh, sessionId])
      const kept = await begunIn(db, accountId, sessionId)
      if (!kept) return undefined
      const seed = await open(accountId, kept.seed)
      return { secret: base32.encode(seed, { padding: false }), uri: createOTP(seed).url('Tillgate', email) }
    },
    /** Confirms the seed that this session was shown, by its first code. */
    async confirm(db: Db, { account: { accountId }, sessionId }: LoginSession, code: string): Promise<boolean> {
      const step = await stepIn(accountId, await begunIn(db, accountId, sessionId), code)
      if (step === undefined) return false
      const { rowCount } = await db.query(CONFIRM, [accountId, step, sessionId])
      return rowCount === 1
    },
    /** Uses a code of the confirmed seed up. */
    async take(db: Db, accountId: string, code: string): Promise<boolean> {
      const step = await stepIn(accountId, await confirmed(db, accountId), code)
      if (step === undefined) return false
      const { rowCount } = await db.query(TAKE, [accountId, step])
      return rowCount === 1
    },
    isConfirmed: async (db: Db, accountId: string) => (await confirmed(db, accountId)) !== undefined,
  }
}

type Row = { seed: Buffer }

/** Whoever knows the password only might have been shown a seed and wait for somebody else to confirm it: each session has its own. */
const BEGIN = `
  insert into auth.totp as t (account_id, seed, begun_in) values ($1, $2, $3)
  on conflict (account_id) do update set seed = excluded.seed, begun_in = excluded.begun_in, created_at = now()
  where t.confirmed_at is null and t.begun_in <> excluded.begun_in`

const CONFIRM = `
  update auth.totp set last_step = $2, confirmed_at = now()
  where account_id = $1 and last_step < $2 and begun_in = $3 and confirmed_at is null`

/** Compare-and-set: of two who show the same code at once, one is taken. */
const TAKE = `
  update auth.totp set last_step = $2 where account_id = $1 and last_step < $2 and confirmed_at is not null`

async function begunIn(db: Db, accountId: string, sessionId: string): Promise<Row | undefined> {
  const { rows } = await db.query<Row>(
    'select seed from auth.totp where account_id = $1 and begun_in = $2 and confirmed_at is null',
    [accountId, sessionId],
  )
  return rows[0]
}

async function confirmed(db: Db, accountId: string): Promise<Row | undefined> {
  const { rows } = await db.query<Row>(
    'select seed from auth.totp where account_id = $1 and confirmed_at is not null',
    [accountId],
  )
  return rows[0]
}

/** The step that the code belongs to, of the three that are near enough. Every one is compared, whichever matches. */
async function stepOf(seed: string, code: string, now: number): Promise<number | undefined> {
  const current = stepAt(now)
  const presented = Buffer.from(code)
  let found: number | undefined
  for (const step of [current - 1, current, current + 1]) {
    const expected = Buffer.from(await createOTP(seed).hotp(step))
    if (sameBytes(expected, presented)) found = step
  }
  return found
}

/** The code of a base32 secret at a time in milliseconds: what an authenticator app would show. */
export async function totpCode(secret: string, now: number): Promise<string> {
  const seed = new TextDecoder().decode(base32.decode(secret))
  return createOTP(seed).hotp(stepAt(now))
}

function stepAt(now: number): number {
  return Math.floor(now / 1000 / STEP_S)
}
