import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidClientMetadata, OIDCProviderError } from 'oidc-provider/lib/helpers/errors.js'
import { sameBytes, tokenHash } from '#kernel'
import type { Query } from './query.ts'
import { registrable } from './registration.ts'

/** Custom client metadata: the slug of the workspace that a machine agent belongs to; no other client has it. */
export const WORKSPACE_OF_CLIENT = 'tillgate_workspace'

const MACHINE_CLIENT = /^tg_client_[0-9a-f]{32}$/
const STORED_CLIENT = /^tg_(app|reg)_[0-9a-f]{32}$/
/** Registration is open to anybody, so what it can fill has an end. */
const REGISTERED_MAX = 10_000

type Machine = { slug: string; scopes: string[]; hashes: Buffer[] | null }

/** Clients: machine agents through their door, the others from `auth.clients`. Only registration writes by this way. */
export function clientAdapter(query: Query): Adapter {
  return {
    async find(clientId) {
      if (STORED_CLIENT.test(clientId)) return storedClient(query, clientId)
      if (!MACHINE_CLIENT.test(clientId)) return undefined
      const found = await query<Machine>(MACHINE, [clientId])
      const [machine, another] = found.rows
      // An agent without a secret or a scope, or with two grants to choose from, is no client.
      if (!machine || another || machine.hashes === null || machine.scopes.length === 0) return undefined
      return machineClient(clientId, { ...machine, hashes: machine.hashes })
    },
    upsert: (clientId, payload) => keepRegistered(query, clientId, payload),
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
  }
}

/** Whether a secret is one of those whose hashes the client's metadata hold, in time that does not tell which. */
export function matchesSecret(hashes: string | undefined, secret: string): boolean {
  const presented = tokenHash(secret)
  const matches = (hashes ?? '').split(' ').filter((hash) => sameBytes(Buffer.from(hash, 'base64url'), presented))
  return matches.length > 0
}

const MACHINE = `
  select g.slug, g.scopes, (
    select array_agg(s.hash order by s.created_at desc) from auth.client_secrets s
    where s.client_id = $1 and (s.expires_at is null or s.expires_at > now())) as hashes
  from sec.machine_agent($1) g`

function machineClient(clientId: string, { slug, scopes, hashes }: Machine & { hashes: Buffer[] }): AdapterPayload {
  return {
    client_id: clientId,
    client_secret: hashes.map((hash) => hash.toString('base64url')).join(' '),
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: scopes.join(' '),
    [WORKSPACE_OF_CLIENT]: slug,
  }
}

async function storedClient(query: Query, clientId: string): Promise<AdapterPayload | undefined> {
  const found = await query<{ payload: AdapterPayload }>('select payload from auth.clients where client_id = $1', [
    clientId,
  ])
  const payload = found.rows[0]?.payload
  return payload && { ...payload, [WORKSPACE_OF_CLIENT]: undefined }
}

/** Looks once more at what registration has looked at, because nothing that is written here was seen by an operator. */
async function keepRegistered(query: Query, clientId: string, payload: AdapterPayload): Promise<void> {
  const metadata = registrable(payload)
  if (typeof metadata === 'string' || !/^tg_reg_/.test(clientId)) {
    throw new InvalidClientMetadata(typeof metadata === 'string' ? metadata : 'this is not a client that registers')
  }
  const { client_secret } = payload
  const secret = client_secret && { client_secret: tokenHash(client_secret).toString('base64url') }
  const { rowCount } = await query(KEEP, [clientId, { client_id: clientId, ...metadata, ...secret }, REGISTERED_MAX])
  if (rowCount !== 1) throw new OIDCProviderError(503, 'temporarily_unavailable', { detail: 'too many clients' })
}

const KEEP = `
  insert into auth.clients (client_id, origin, payload)
  select $1, 'registered', $2
  where (select count(*) from auth.clients where origin = 'registered') < $3`

function refuse(): Promise<never> {
  return Promise.reject(new InvalidClientMetadata('a client is not changed by this way'))
}
