import type { WebAuthnCredential } from '@simplewebauthn/server'
import type { Db } from './transaction.ts'

export type StoredPasskey = {
  readonly credential_id: string
  readonly account_id: string
  readonly public_key: Buffer
  /** As the driver gives a bigint. */
  readonly counter: string
  readonly transports: readonly string[]
}

const COLUMNS = 'credential_id, account_id, public_key, counter, transports'
const NAME_MAX = 100
/** 1023 bytes, the longest that WebAuthn allows, in base64url. */
const ID_MAX = 1_364
const TRANSPORTS = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

export const storedPasskeys = {
  async one(db: Db, id: string): Promise<StoredPasskey | undefined> {
    const { rows } = await db.query<StoredPasskey>(`select ${COLUMNS} from auth.passkeys where credential_id = $1`, [
      id,
    ])
    return rows[0]
  },
  async ofAccount(db: Db, accountId: string): Promise<StoredPasskey[]> {
    const { rows } = await db.query<StoredPasskey>(`select ${COLUMNS} from auth.passkeys where account_id = $1`, [
      accountId,
    ])
    return rows
  },
}

/** False where somebody has it already. */
export async function insertPasskey(
  db: Db,
  { accountId, name, made }: { accountId: string; name: string; made: WebAuthnCredential },
): Promise<boolean> {
  if (made.id.length > ID_MAX) return false
  const { rowCount } = await db.query(
    `insert into auth.passkeys (credential_id, account_id, public_key, counter, transports, name)
     values ($1, $2, $3, $4, $5, $6) on conflict (credential_id) do nothing`,
    [made.id, accountId, Buffer.from(made.publicKey), made.counter, transportsOf(made.transports), nameOf(name)],
  )
  return rowCount === 1
}

/** Those that are known: a browser may say anything. */
export function transportsOf(said: readonly string[] | undefined): string[] {
  return (said ?? []).filter((one) => TRANSPORTS.has(one))
}

/** False where the counter did not rise: the authenticator was copied. One that stays at zero has no counter. */
export async function notePasskeyUse(db: Db, id: string, counter: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update auth.passkeys set counter = $2, last_used_at = now()
     where credential_id = $1 and (counter < $2 or (counter = 0 and $2 = 0))`,
    [id, counter],
  )
  return rowCount === 1
}

function nameOf(text: string): string {
  const name = text
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, NAME_MAX)
  return name === '' ? 'Passkey' : name
}
