import type { Secret } from '#kernel'
import { withClient } from './bootstrap.ts'
import { StartError } from './embedded/index.ts'
import { migrate } from './migrate.ts'
import { clientConfig, LOGINS, type Login, type Pools } from './pools.ts'

const CONNECT_TIMEOUT_MS = 5_000
const VARIABLES: Record<Login, string> = {
  app: 'DATABASE_URL',
  auth: 'DATABASE_URL_AUTH',
  audit: 'DATABASE_URL_AUDIT',
  jobs: 'DATABASE_URL_JOBS',
}

/** Connects once as each login. Throws StartError that says which ones failed, why, and what to check; never a URL. */
export async function refuseUnreachable(pools: Pools): Promise<void> {
  const tried = await Promise.all(
    LOGINS.map((login) => problemOf(VARIABLES[login], () => pools[login].query('select'))),
  )
  refuse(tried)
}

/** Migrates as `tillgate_owner` behind a URL. Gives the migrations that ran. Throws StartError as `refuseUnreachable`. */
export async function migrateByUrl(ownerUrl: Secret): Promise<string[]> {
  const owner = { ...clientConfig({ kind: 'url', url: ownerUrl }), connectionTimeoutMillis: CONNECT_TIMEOUT_MS }
  refuse([await problemOf('DATABASE_URL_OWNER', () => withClient(owner, async () => {}))])
  return withClient(owner, migrate)
}

type Problem = { readonly sentence: string; readonly cause: unknown }

async function problemOf(variable: string, connect: () => Promise<unknown>): Promise<Problem | undefined> {
  try {
    await connect()
    return undefined
  } catch (cause) {
    return { sentence: `${variable}: ${explain(cause)}`, cause }
  }
}

function refuse(tried: readonly (Problem | undefined)[]): void {
  const problems = tried.filter((problem) => problem !== undefined)
  if (problems.length === 0) return
  const sentences = problems.map(({ sentence }) => `\n  - ${sentence}`).join('')
  throw new StartError(`The database cannot be used:${sentences}`, problems[0]?.cause)
}

const NOBODY = 'nothing listens there; check host and port, and that PostgreSQL runs'
const SILENCE = 'no answer in time; check host and port, and the firewall between'
const REFUSED = 'the user or its password is refused; check both, and pg_hba.conf of the server'
const BUSY = 'the server takes no connections now; check max_connections, or try again in a moment'

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: NOBODY,
  ENOENT: NOBODY,
  ENOTFOUND: 'its host name is not known; check the host',
  EAI_AGAIN: 'its host name cannot be looked up now; check the host and the name server',
  ETIMEDOUT: SILENCE,
  EHOSTUNREACH: SILENCE,
  ENETUNREACH: SILENCE,
  EACCES: 'this user may not open the socket; check the rights of its folder',
  '28P01': REFUSED,
  '28000': REFUSED,
  '3D000': 'there is no such database; check the name behind the last slash',
  '42501': 'the user may not connect to this database; check what tillgate migrate --roles grants',
  '53300': BUSY,
  '57P03': BUSY,
}

/** Texts of the driver that come without a code. */
const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, SILENCE],
  [/does not support SSL/i, 'the server has no TLS; switch it on there, since sslmode asks for it'],
  [/password/i, REFUSED],
]

function explain(error: unknown): string {
  const { code, syscall, message } = described(error)
  if (syscall === 'open')
    return 'a certificate or key file that it names cannot be read; check sslrootcert, sslcert, sslkey'
  if (/CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code))
    return 'the certificate of the server is not trusted for this host; check the host and sslrootcert'
  const byText = BY_TEXT.find(([text]) => text.test(message))?.[1]
  return BY_CODE[code] ?? byText ?? `it cannot be reached${code && ` (${code})`}; check every part of it`
}

/** A name with several addresses fails with one error for each. */
function described(error: unknown): { code: string; syscall: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return described(error.errors[0])
  const text = (name: 'code' | 'syscall') => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
    return typeof value === 'string' ? value : ''
  }
  return { code: text('code'), syscall: text('syscall'), message: error instanceof Error ? error.message : '' }
}
