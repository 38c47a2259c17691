import { randomBytes } from 'node:crypto'
import { base32 } from '@better-auth/utils/base32'
import { createOTP } from '@better-auth/utils/otp'
import type pg from 'pg'
import { type Clock, sameBytes } from '#kernel'
import type { Vault } from '#vault'
import { INSTANCE } from './instance.ts'
import type { Account } from './login.ts'

/** Seconds of one time step (RFC 6238 section 5.2). */
const STEP_S = 30
const SEED_BYTES = 20

export type Totp = ReturnType<typeof totpOf>

/**
 * Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s). One seed an account, sealed. The steps t-1, t and t+1 are
 * taken, each once and only later ones than the newest that was.
 */
export function totpOf({ authPool, vault, clock }: { authPool: pg.Pool; vault: Vault; clock: Clock }) {
  const contextOf = (accountId: string) => ({ workspace: INSTANCE, purpose: 'totp', subject: accountId })
  const open = async (accountId: string, seed: Buffer) =>
    (await vault.open(contextOf(accountId), seed)).reveal().toString('utf8')
  return {
    /** The unconfirmed seed of the account, made where there is none: as base32 and as URI for a QR code. */
    async begin({ accountId, email }: Account): Promise<{ secret: string; uri: string }> {
      // Text, because that is what the library takes for the key; its base32 stands for the same bytes.
      const fresh = await vault.seal(contextOf(accountId), randomBytes(SEED_BYTES).toString('base64url'))
      const { rows } = await authPool.query<{ seed: Buffer }>(BEGIN, [accountId, fresh])
      const kept = rows[0] ?? (await seedOf(authPool, accountId, 'confirmed_at is null'))
      if (!kept) throw new Error('the account has a confirmed seed already')
      const seed = await open(accountId, kept.seed)
      return { secret: base32.encode(seed, { padding: false }), uri: createOTP(seed).url('Tillgate', email) }
    },
    /** Takes a code, and with `confirm` only for the unconfirmed seed, which it confirms. */
    async take(accountId: string, code: string, kind: 'confirm' | 'show'): Promise<boolean> {
      const found = await seedOf(
        authPool,
        accountId,
        kind === 'confirm' ? 'confirmed_at is null' : 'confirmed_at is not null',
      )
      if (!found) return false
      const step = await stepOf(await open(accountId, found.seed), code, clock())
      if (step === undefined) return false
      const { rowCount } = await authPool.query(kind === 'confirm' ? CONFIRM : SHOW, [accountId, step, found.seed])
      return rowCount === 1
    },
    async isConfirmed(accountId: string): Promise<boolean> {
      return (await seedOf(authPool, accountId, 'confirmed_at is not null')) !== undefined
    },
  }
}

const BEGIN = `insert into auth.totp (account_id, seed) values ($1, $2) on conflict (account_id) do nothing returning seed`

/** Compare-and-set: of two who show the same code at once, one is taken. The seed must still be the one that was opened. */
const SHOW = `
  update auth.totp set last_step = $2
  where account_id = $1 and last_step < $2 and seed = $3 and confirmed_at is not null`

const CONFIRM = `
  update auth.totp set last_step = $2, confirmed_at = now()
  where account_id = $1 and last_step < $2 and seed = $3 and confirmed_at is null`

async function seedOf(authPool: pg.Pool, accountId: string, which: string): Promise<{ seed: Buffer } | undefined> {
  const { rows } = await authPool.query<{ seed: Buffer }>(
    `select seed from auth.totp where account_id = $1 and ${which}`,
    [accountId],
  )
  return rows[0]
}

/** The step that the code belongs to, of the three that are near enough. Every one is compared, whichever matches. */
async function stepOf(seed: string, code: string, now: number): Promise<number | undefined> {
  const current = Math.floor(now / 1000 / STEP_S)
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
  return createOTP(seed).hotp(Math.floor(now / 1000 / STEP_S))
}
