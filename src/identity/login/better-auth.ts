import { randomUUID } from 'node:crypto'
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { hmac, type Secret } from '#kernel'
import { hashedSessions } from './hashed-sessions.ts'

/** better-auth's core: rows of accounts, passwords and sessions, and the hashing of passwords. */
export type Core = Awaited<ReturnType<typeof openCore>>

/** How long a session lasts, in seconds, however it is used. */
export const SESSION_SECONDS = 12 * 3600

export const PASSWORD_MIN = 12
export const PASSWORD_MAX = 128

const times = { createdAt: 'created_at', updatedAt: 'updated_at' }

/** Opens it on the pool of `tillgate_auth`. None of its HTTP routes is served: pages call the functions of this folder. */
export async function openCore({
  base,
  authPool,
  secret,
}: {
  base: string
  authPool: pg.Pool
  secret: Secret<Buffer>
}) {
  // Loaded only where somebody signs in: commands on the host start without it.
  const [{ kyselyAdapter }, { betterAuth }] = await Promise.all([
    import('@better-auth/kysely-adapter'),
    import('better-auth/minimal'),
  ])
  const db = new Kysely({ dialect: new PostgresDialect({ pool: authPool }) }).withSchema('auth')
  const auth = betterAuth({
    baseURL: base,
    secret: hmac(secret.reveal(), 'better-auth').toString('base64url'),
    database: hashedSessions(kyselyAdapter(db, { type: 'postgres', transaction: true })),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_MIN, maxPasswordLength: PASSWORD_MAX },
    user: { modelName: 'accounts', fields: { emailVerified: 'email_verified', ...times } },
    account: { modelName: 'passwords', fields: passwordFields },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...times,
      },
      additionalFields: { mfaAt: { type: 'date', required: false, input: false, fieldName: 'mfa_at' } },
      expiresIn: SESSION_SECONDS,
      cookieCache: { enabled: false },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', ...times },
      storeIdentifier: 'hashed',
    },
    advanced: { database: { generateId: () => randomUUID() } },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
  return auth.$context
}

const passwordFields = {
  userId: 'user_id',
  accountId: 'account_id',
  providerId: 'provider_id',
  accessToken: 'access_token',
  refreshToken: 'refresh_token',
  idToken: 'id_token',
  accessTokenExpiresAt: 'access_token_expires_at',
  refreshTokenExpiresAt: 'refresh_token_expires_at',
  ...times,
}
