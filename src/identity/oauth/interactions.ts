import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults } from 'oidc-provider'
import { SessionNotFound } from 'oidc-provider/lib/helpers/errors.js'
import type { Provider } from 'oidc-provider/lib/provider.js'
import type pg from 'pg'
import { AppError } from '#kernel'
import { resourceName } from '../resources.ts'
import { namedScopes } from './asked-scopes.ts'
import { askingClient } from './asking-client.ts'
import type { Interaction, Interactions } from './interaction.ts'
import { keyOf } from './model-adapter.ts'

type Parts = {
  issuer: string
  authPool: pg.Pool
  /** The one that answers now: another one comes with new keys. */
  provider: () => Provider
}

/** Authorization requests that wait for a person, and what the person says to them. */
export function createInteractions(parts: Parts): Interactions {
  const answer = async (req: IncomingMessage, res: ServerResponse, result: InteractionResults) => {
    return parts.provider().interactionResult(req, res, result, { mergeWithLastSubmission: false })
  }
  return {
    read: async (req, res, uid) => (await waiting(parts, { req, res, uid }))?.interaction,
    async allow(req, res, given) {
      const { interaction, resource } = (await waiting(parts, { req, res, uid: given.uid })) ?? over()
      const tied = await tieGrant(parts.authPool, { ...given, interaction })
      const { accountId, scopes } = given
      const grant = new (parts.provider().Grant)({ accountId, clientId: interaction.client.clientId })
      // Its id is written before it is, and the library takes a lifetime of its own only so.
      Object.assign(grant, { jti: tied.providerGrantId, expiresIn: tied.seconds })
      grant.addResourceScope(resource, scopes.join(' '))
      const grantId = await grant.save()
      return answer(req, res, { login: { accountId, remember: false }, consent: { grantId } })
    },
    async deny(req, res, uid) {
      if (!(await waiting(parts, { req, res, uid }))) over()
      const { rowCount } = await parts.authPool.query(CLAIM, [keyOf(uid)])
      if (rowCount !== 1) over()
      return answer(req, res, { error: 'access_denied', error_description: 'The person said no.' })
    },
  }
}

type Asked = { req: IncomingMessage; res: ServerResponse; uid: string }
type Waiting = { interaction: Interaction; resource: string }

/** The request that the browser's cookie names, where it is the one of the address and has no answer yet. */
async function waiting({ issuer, provider }: Parts, { req, res, uid }: Asked): Promise<Waiting | undefined> {
  const found = await details(provider(), req, res)
  if (!found || found.uid !== uid || found.result !== undefined) return undefined
  const { params } = found
  const { client_id, redirect_uri, resource } = params
  if (typeof client_id !== 'string' || typeof redirect_uri !== 'string' || typeof resource !== 'string')
    return undefined
  const name = resourceName(issuer, resource)
  const client = await provider().Client.find(client_id)
  if (!client || name === undefined) return undefined
  const asking = askingClient(client, redirect_uri)
  return { interaction: { uid, client: asking, resource: name, scopes: namedScopes(params) }, resource }
}

async function details(provider: Provider, req: IncomingMessage, res: ServerResponse) {
  try {
    return await provider.interactionDetails(req, res)
  } catch (error) {
    if (error instanceof SessionNotFound) return undefined
    throw new AppError('unavailable', 'Tillgate could not read this request; try again later.', { cause: error })
  }
}

type Given = { uid: string; accountId: string; grantId: string; expiresAt: Date | null; scopes: readonly string[] }
type Tied = { providerGrantId: string; seconds: number }

/**
 * Claims the request for this answer and writes which grant stands behind it, in one statement: only one answer wins, and
 * only with a live grant of this account to this client, in the workspace of the resource, that covers the scopes.
 */
async function tieGrant(
  authPool: pg.Pool,
  { uid, accountId, grantId, expiresAt, scopes, interaction }: Given & { interaction: Interaction },
): Promise<Tied> {
  const providerGrantId = randomUUID()
  const { clientId } = interaction.client
  const { rows } = await authPool.query<{ seconds: number }>(TIE, [
    keyOf(uid),
    providerGrantId,
    grantId,
    accountId,
    clientId,
    interaction.resource,
    scopes,
    expiresAt,
  ])
  const seconds = rows[0]?.seconds
  if (seconds === undefined || seconds < 1) throw over()
  return { providerGrantId, seconds }
}

const CLAIM = `
  update auth.oidc_models set consumed_at = now()
  where model = 'Interaction' and id = $1 and consumed_at is null and expires_at > now()`

const TIE = `
  with claimed as (${CLAIM} returning id),
  used as (update auth.clients set used_at = now() where client_id = $5)
  insert into auth.provider_grants (provider_grant_id, grant_id, account_id, client_id, expires_at)
  select $2, $3, g.account_id, g.client_id, least(now() + interval '365 days', g.expires_at, $8::timestamptz)
  from claimed, sec.member_grant($3) g
  where g.account_id = $4 and g.client_id = $5 and $6 in ('core', 'w/' || g.slug)
    and cardinality($7::text[]) > 0 and $7::text[] <@ g.scopes
  returning floor(extract(epoch from expires_at - now()))::int as seconds`

function over(): never {
  throw new AppError('not_found', 'This request is over; start again from the program that sent you here.')
}
