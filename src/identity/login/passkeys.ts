import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type pg from 'pg'
import type { Clock } from '#kernel'
import { challengesOf } from './challenges.ts'
import type { Account, PasskeySummary } from './login.ts'

type Parts = { base: string; authPool: pg.Pool; clock: Clock }

type Stored = {
  credential_id: string
  account_id: string
  public_key: Buffer
  counter: string
  transports: AuthenticatorTransport[]
}

const NAME_MAX = 100

export type Passkeys = ReturnType<typeof passkeysOf>

/** Passkeys (WebAuthn level 3) for the host of the base URL. User verification is required, so that one counts as two factors. */
export function passkeysOf(parts: Parts) {
  const { base, authPool } = parts
  const rpID = new URL(base).hostname
  const challenges = challengesOf(parts)
  return {
    async signInOptions() {
      const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' })
      return { options, state: await challenges.keep(options.challenge, 'sign_in', null) }
    },
    async confirmOptions({ accountId }: Account) {
      const allowCredentials = (await storedOf(authPool, accountId)).map(credential)
      const options = await generateAuthenticationOptions({ rpID, userVerification: 'required', allowCredentials })
      return { options, state: await challenges.keep(options.challenge, 'confirm', accountId) }
    },
    async addOptions(account: Account) {
      const options = await generateRegistrationOptions({
        rpName: 'Tillgate',
        rpID,
        userName: account.email,
        userDisplayName: account.name,
        userID: new TextEncoder().encode(account.accountId),
        attestationType: 'none',
        excludeCredentials: (await storedOf(authPool, account.accountId)).map(credential),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return { options, state: await challenges.keep(options.challenge, 'add', account.accountId) }
    },
    /** The account whose passkey answered; undefined for anything that does not verify. */
    async signIn(state: string, response: AuthenticationResponseJSON): Promise<string | undefined> {
      const challenge = await challenges.take(state, 'sign_in', null)
      return challenge === undefined ? undefined : answered(parts, { challenge, response })
    },
    async confirm(accountId: string, state: string, response: AuthenticationResponseJSON): Promise<boolean> {
      const challenge = await challenges.take(state, 'confirm', accountId)
      return challenge !== undefined && (await answered(parts, { challenge, response, accountId })) === accountId
    },
    async add(accountId: string, asked: { state: string; response: RegistrationResponseJSON; name: string }) {
      const challenge = await challenges.take(asked.state, 'add', accountId)
      return challenge !== undefined && added(parts, { ...asked, challenge, accountId })
    },
    async remove(accountId: string, id: string): Promise<boolean> {
      const { rowCount } = await authPool.query(
        'delete from auth.passkeys where account_id = $1 and credential_id = $2',
        [accountId, id],
      )
      return rowCount === 1
    },
    async list(accountId: string): Promise<PasskeySummary[]> {
      const { rows } = await authPool.query<PasskeySummary>(
        `select credential_id as id, name, created_at as "createdAt", last_used_at as "lastUsedAt"
         from auth.passkeys where account_id = $1 order by created_at`,
        [accountId],
      )
      return rows
    },
  }
}

function credential({ credential_id: id, transports }: Stored) {
  return { id, transports }
}

async function storedOf(authPool: pg.Pool, accountId: string): Promise<Stored[]> {
  const { rows } = await authPool.query<Stored>('select * from auth.passkeys where account_id = $1', [accountId])
  return rows
}

type Answer = { challenge: string; response: AuthenticationResponseJSON; accountId?: string }

async function answered(
  { base, authPool }: Parts,
  { challenge, response, accountId }: Answer,
): Promise<string | undefined> {
  const { rows } = await authPool.query<Stored>(
    'select * from auth.passkeys where credential_id = $1 and ($2::uuid is null or account_id = $2)',
    [`${response.id}`, accountId ?? null],
  )
  const stored = rows[0]
  if (!stored) return undefined
  const verified = await orUndefined(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: new URL(base).origin,
      expectedRPID: new URL(base).hostname,
      requireUserVerification: true,
      credential: {
        id: stored.credential_id,
        publicKey: new Uint8Array(stored.public_key),
        counter: Number(stored.counter),
      },
    }),
  )
  if (!verified?.verified || !verified.authenticationInfo.userVerified) return undefined
  const counted = await authPool.query(COUNT, [stored.credential_id, verified.authenticationInfo.newCounter])
  return counted.rowCount === 1 ? stored.account_id : undefined
}

/** A counter that does not rise means a copied authenticator; one that stays at zero has none. */
const COUNT = `
  update auth.passkeys set counter = $2, last_used_at = now()
  where credential_id = $1 and (counter < $2 or (counter = 0 and $2 = 0))`

type Addition = { challenge: string; response: RegistrationResponseJSON; name: string; accountId: string }

async function added({ base, authPool }: Parts, { challenge, response, name, accountId }: Addition): Promise<boolean> {
  const verified = await orUndefined(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: new URL(base).origin,
      expectedRPID: new URL(base).hostname,
      requireUserVerification: true,
    }),
  )
  if (!verified?.verified) return false
  const { credential: made } = verified.registrationInfo
  const { rowCount } = await authPool.query(
    `insert into auth.passkeys (credential_id, account_id, public_key, counter, transports, name)
     values ($1, $2, $3, $4, $5, $6) on conflict (credential_id) do nothing`,
    [made.id, accountId, Buffer.from(made.publicKey), made.counter, made.transports ?? [], nameOf(name)],
  )
  return rowCount === 1
}

function nameOf(text: string): string {
  const name = text.trim().slice(0, NAME_MAX)
  return name === '' ? 'Passkey' : name
}

/** The library throws for whatever does not verify, malformed answers too: to us all of them are a no. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
