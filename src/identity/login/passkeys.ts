import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type pg from 'pg'
import type { Clock } from '#kernel'
import { challengesOf } from './challenges.ts'
import type { Account, PasskeySummary } from './login.ts'
import { registrationOf, type Site, verifiedCounter } from './passkey-answers.ts'
import { insertPasskey, notePasskeyUse, type StoredPasskey, storedPasskeys, transportsOf } from './stored-passkeys.ts'
import type { Db } from './transaction.ts'

/** A passkey that answered, and whose it is. */
export type Answered = { readonly accountId: string; readonly id: string }

/** What a browser gives back: the answer with the challenge that its state stands for, if there is one still. */
type Answer<R> = { readonly challenge: string | undefined; readonly response: R }

export type Passkeys = ReturnType<typeof passkeysOf>

/** Passkeys (WebAuthn level 3) for the host of the base URL. User verification is required, so that one counts as two factors. */
export function passkeysOf(parts: { base: string; authPool: pg.Pool; clock: Clock }) {
  const site = { origin: new URL(parts.base).origin, rpID: new URL(parts.base).hostname }
  const challenges = challengesOf(parts)
  return {
    ...optionsOf(parts.authPool, site, challenges),
    challenge: challenges.take,
    /** Whose passkey answered; with `accountId` only that account's. Undefined for whatever does not verify. */
    async answered(
      db: Db,
      { challenge, response }: Answer<AuthenticationResponseJSON>,
      accountId?: string,
    ): Promise<Answered | undefined> {
      const stored = challenge === undefined ? undefined : await storedPasskeys.one(db, response.id)
      if (challenge === undefined || !stored || !isHolder(stored, { response, accountId })) return undefined
      const counter = await verifiedCounter(site, { challenge, response, stored })
      if (counter === undefined || !(await notePasskeyUse(db, stored.credential_id, counter))) return undefined
      return { accountId: stored.account_id, id: stored.credential_id }
    },
    /** Whether the passkey was taken: the account's from now on. */
    async add(
      db: Db,
      { challenge, response }: Answer<RegistrationResponseJSON>,
      { accountId, name }: { accountId: string; name: string },
    ): Promise<boolean> {
      const made = challenge === undefined ? undefined : await registrationOf(site, { challenge, response })
      return made !== undefined && insertPasskey(db, { accountId, name, made })
    },
    async isThere(db: Db, { accountId, id }: Answered): Promise<boolean> {
      return (await storedPasskeys.one(db, id))?.account_id === accountId
    },
    async remove(db: Db, accountId: string, id: string): Promise<boolean> {
      const { rowCount } = await db.query('delete from auth.passkeys where account_id = $1 and credential_id = $2', [
        accountId,
        id,
      ])
      return rowCount === 1
    },
    async list(db: Db, accountId: string): Promise<PasskeySummary[]> {
      const { rows } = await db.query<PasskeySummary>(
        `select credential_id as id, name, created_at as "createdAt", last_used_at as "lastUsedAt"
         from auth.passkeys where account_id = $1 order by created_at`,
        [accountId],
      )
      return rows
    },
  }
}

function optionsOf(authPool: pg.Pool, { rpID }: Site, challenges: ReturnType<typeof challengesOf>) {
  const known = async (accountId: string) => (await storedPasskeys.ofAccount(authPool, accountId)).map(credentialOf)
  return {
    async signInOptions() {
      const options = await (await webAuthn()).generateAuthenticationOptions({ rpID, userVerification: 'required' })
      return { options, state: await challenges.keep(options.challenge, 'sign_in', null) }
    },
    async confirmOptions({ accountId }: Account) {
      const allowCredentials = await known(accountId)
      const options = await (await webAuthn()).generateAuthenticationOptions({
        rpID,
        userVerification: 'required',
        allowCredentials,
      })
      return { options, state: await challenges.keep(options.challenge, 'confirm', accountId) }
    },
    async addOptions(account: Account) {
      const options = await (await webAuthn()).generateRegistrationOptions({
        rpName: 'Tillgate',
        rpID,
        userName: account.email,
        userDisplayName: account.name,
        userID: new TextEncoder().encode(account.accountId),
        attestationType: 'none',
        excludeCredentials: await known(account.accountId),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return { options, state: await challenges.keep(options.challenge, 'add', account.accountId) }
    },
  }
}

function credentialOf({ credential_id: id, transports }: StoredPasskey) {
  return { id, transports: transportsOf(transports) }
}

/**
 * WebAuthn section 7.2, step 6: the account that the passkey was made for must be the one that it is stored for. Who is signed
 * in already was found otherwise, and old authenticators do not say it then.
 */
function isHolder(
  { account_id }: StoredPasskey,
  { response, accountId }: { response: AuthenticationResponseJSON; accountId: string | undefined },
): boolean {
  const { userHandle } = response.response
  const named = userHandle === undefined ? accountId : Buffer.from(userHandle, 'base64url').toString('utf8')
  return named === account_id && (accountId === undefined || accountId === account_id)
}

/** Loaded only where somebody uses a passkey. */
function webAuthn() {
  return import('@simplewebauthn/server')
}
