import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { AppError, newToken, Secret, tokenHash } from '#kernel'
import { endFamilies } from './families.ts'
import { isAllowedRedirect, REDIRECTS_MAX } from './redirects.ts'
import { applicationType, cleanName } from './registration.ts'

type NewClient = {
  readonly name: string
  readonly redirectUris: readonly string[]
  /** Whether it can keep a secret, as a program on a server can. */
  readonly confidential: boolean
}

/** A client that an operator registered. */
export type OperatorClient = {
  readonly clientId: string
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly confidential: boolean
  readonly createdAt: Date
  /** When a person last gave it consent. */
  readonly usedAt: Date | null
}

/**
 * Registers a client for members to connect with (authorization code and refresh token). A confidential one gets a
 * secret, shown once. Throws AppError `invalid_arguments` for a name or a redirect URI that cannot be.
 */
export async function registerClient(
  authPool: pg.Pool,
  { name, redirectUris, confidential }: NewClient,
): Promise<{ clientId: string; clientSecret?: Secret }> {
  const client_name = cleanName(name)
  if (client_name === undefined) throw invalid('name', 'A client needs a name.')
  if (redirectUris.length < 1 || redirectUris.length > REDIRECTS_MAX || !redirectUris.every(isAllowedRedirect)) {
    throw invalid(
      'redirect',
      `A client has 1 to ${REDIRECTS_MAX} redirect URIs: https, http on loopback, or a scheme of its own; none has a fragment.`,
    )
  }
  const clientId = `tg_app_${randomBytes(16).toString('hex')}`
  const clientSecret = confidential ? new Secret(newToken('cs')) : undefined
  const payload = {
    client_id: clientId,
    client_name,
    redirect_uris: redirectUris,
    application_type: applicationType(redirectUris),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: confidential ? 'client_secret_basic' : 'none',
    ...(clientSecret && { client_secret: tokenHash(clientSecret.reveal()).toString('base64url') }),
  }
  await authPool.query(`insert into auth.clients (client_id, origin, payload) values ($1, 'operator', $2)`, [
    clientId,
    payload,
  ])
  return { clientId, ...(clientSecret && { clientSecret }) }
}

/** The clients that operators registered, oldest first. */
export async function listClients(authPool: pg.Pool): Promise<OperatorClient[]> {
  const { rows } = await authPool.query<OperatorClient>(
    `select client_id as "clientId", payload ->> 'client_name' as name, payload -> 'redirect_uris' as "redirectUris",
       payload ? 'client_secret' as confidential, created_at as "createdAt", used_at as "usedAt"
     from auth.clients where origin = 'operator' order by created_at, client_id`,
  )
  return rows
}

/** Removes a client, also one that registered itself, and ends all that it can do. Whether it was there. */
export async function removeClient(authPool: pg.Pool, clientId: string): Promise<boolean> {
  const { rowCount } = await authPool.query('delete from auth.clients where client_id = $1', [clientId])
  await endFamilies(authPool, { by: 'client_id', values: [clientId] })
  return rowCount === 1
}

function invalid(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
