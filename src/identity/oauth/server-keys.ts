import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { AppError, type Clock, Secret } from '#kernel'
import type { KeyContext, Vault } from '#vault'
import { newSigningKey, type SigningKey, signingKey } from './signing-key.ts'

const DAY_MS = 86_400_000
const SIGNS_MS = 90 * DAY_MS
/** How long a key that signs no more is still published. */
const KEPT_MS = 30 * DAY_MS
/** One replica at a time makes keys. */
const LOCK = 7_240_517_318
const NO_WORKSPACE = '00000000-0000-0000-0000-000000000000'

export type ServerKeys = {
  /** Differs where the keys differ. */
  readonly version: string
  /** ES256, for id tokens, the one that signs first; access tokens are opaque. A function, so that printing these keys shows none. */
  readonly jwks: () => { keys: SigningKey[] }
  /** Keys that sign the cookies of the authorization server; the first one signs, all of them verify. */
  readonly cookieKeys: readonly Secret[]
}

type Parts = { authPool: pg.Pool; vault: Vault; clock: Clock }
type Purpose = 'sign' | 'cookie'
type Row = { key_id: string; purpose: Purpose; sealed: Buffer; created_at: Date; expires_at: Date | null }

/**
 * The keys of the authorization server, which all replicas share: in `auth.server_keys`, sealed by the vault. Makes what is
 * missing, and a new signing key where the newest is 90 days old. Throws AppError `unavailable` where one does not open.
 */
export async function loadServerKeys(parts: Parts): Promise<ServerKeys> {
  const known = await liveKeys(parts.authPool, parts.clock())
  const rows = missing(known, parts.clock()).length > 0 ? await makeMissing(parts) : known
  const opened = await Promise.all(rows.map((row) => openKey(parts.vault, row)))
  const of = (purpose: Purpose) => opened.filter((_key, index) => rows[index]?.purpose === purpose)
  const signing = of('sign').map((key) => parseKey(key))
  return {
    version: rows.map((row) => row.key_id).join(' '),
    jwks: () => ({ keys: signing.map((key) => ({ ...key })) }),
    cookieKeys: of('cookie').map((key) => new Secret(key.reveal().toString('utf8'))),
  }
}

async function liveKeys(runner: pg.Pool | pg.PoolClient, now: number): Promise<Row[]> {
  const { rows } = await runner.query<Row>(
    `select key_id, purpose, sealed, created_at, expires_at from auth.server_keys
     where expires_at is null or expires_at > $1 order by created_at desc, key_id`,
    [new Date(now)],
  )
  return rows
}

/** What has to be made: keys of cookies last, those that sign are replaced. */
function missing(rows: readonly Row[], now: number): Purpose[] {
  const newest = rows.find((row) => row.purpose === 'sign')
  const due: Purpose[] = []
  if (!newest || newest.created_at.getTime() + SIGNS_MS <= now) due.push('sign')
  if (!rows.some((row) => row.purpose === 'cookie')) due.push('cookie')
  return due
}

async function makeMissing({ authPool, vault, clock }: Parts): Promise<Row[]> {
  const client = await authPool.connect()
  let failed = true
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    const now = clock()
    // Another replica may have made them while this one waited.
    const due = missing(await liveKeys(client, now), now)
    for (const purpose of due) await insertKey({ client, vault, now }, purpose)
    const rows = await liveKeys(client, now)
    await client.query('commit')
    failed = false
    return rows
  } finally {
    client.release(failed)
  }
}

type Insert = { client: pg.PoolClient; vault: Vault; now: number }

async function insertKey({ client, vault, now }: Insert, purpose: Purpose): Promise<void> {
  const { id, content } = purpose === 'sign' ? newSigning() : newCookieKey()
  const sealed = await vault.seal(contextOf(id), content)
  await client.query('delete from auth.server_keys where expires_at <= $1', [new Date(now)])
  await client.query('update auth.server_keys set expires_at = $2 where purpose = $1 and expires_at is null', [
    purpose,
    new Date(now + KEPT_MS),
  ])
  await client.query('insert into auth.server_keys (key_id, purpose, sealed, created_at) values ($1, $2, $3, $4)', [
    id,
    purpose,
    sealed,
    new Date(now),
  ])
}

function newSigning(): { id: string; content: string } {
  const key = newSigningKey()
  return { id: key.kid, content: JSON.stringify(key) }
}

function newCookieKey(): { id: string; content: string } {
  return { id: randomUUID(), content: randomBytes(32).toString('base64url') }
}

function openKey(vault: Vault, { key_id, sealed }: Row): Promise<Secret<Buffer>> {
  return vault.open(contextOf(key_id), sealed)
}

function parseKey(key: Secret<Buffer>): SigningKey {
  try {
    return signingKey.parse(JSON.parse(key.reveal().toString('utf8')))
  } catch {
    // Not as a cause: what JSON.parse or zod say could quote a key.
    throw new AppError('unavailable', 'A signing key of the authorization server is damaged.')
  }
}

function contextOf(keyId: string): KeyContext {
  return { workspace: NO_WORKSPACE, purpose: 'oauth-key', subject: keyId }
}
