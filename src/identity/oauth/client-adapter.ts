import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidClientMetadata } from 'oidc-provider/lib/helpers/errors.js'
import { sameBytes, tokenHash } from '#kernel'
import type { Query } from './query.ts'

/** Custom client metadata: the slug of the workspace that a machine agent belongs to; no other client has it. */
export const WORKSPACE_OF_CLIENT = 'tillgate_workspace'

const MACHINE_CLIENT = /^tg_client_[0-9a-f]{32}$/

type Machine = { slug: string; scopes: string[]; hashes: Buffer[] | null }

/** Clients: machine agents through their door, others from `auth.oidc_models`. Nobody registers by this way. */
export function clientAdapter(query: Query): Adapter {
  return {
    async find(clientId) {
      if (!MACHINE_CLIENT.test(clientId)) return registered(query, clientId)
      const found = await query<Machine>(MACHINE, [clientId])
      const [machine, another] = found.rows
      // An agent without a secret or a scope, or with two grants to choose from, is no client.
      if (!machine || another || machine.hashes === null || machine.scopes.length === 0) return undefined
      return machineClient(clientId, { ...machine, hashes: machine.hashes })
    },
    upsert: () => Promise.reject(new InvalidClientMetadata('registration is not open')),
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

async function registered(query: Query, clientId: string): Promise<AdapterPayload | undefined> {
  const found = await query<{ payload: AdapterPayload }>(
    `select payload from auth.oidc_models where model = 'Client' and id = $1`,
    [clientId],
  )
  const payload = found.rows[0]?.payload
  return payload && { ...payload, [WORKSPACE_OF_CLIENT]: undefined }
}

function refuse(): Promise<never> {
  return Promise.reject(new InvalidClientMetadata('a client is not changed by this way'))
}
