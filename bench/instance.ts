import { randomUUID } from 'node:crypto'
import { readConfig } from '#config'
import { type Foundation, openFoundation } from '#foundation'
import { addStore, createWorkspace, roleByName, updateRole } from '#identity'
import { newToken, Secret, systemClock, tokenHash } from '#kernel'
import { type Database, type Jobs, openDatabase, type WorkspaceTransaction } from '#store'
import { memberGrant } from '../test/support/member-grant.ts'
import { type DoorTimes, measureDoor } from './door.ts'
import type { UpstreamReady } from './protocol.ts'

/** A data folder of Tillgate with everything that the benchmark calls, ready to be served. */
export type Instance = {
  readonly folder: string
  readonly postgres: string
  readonly tokens: readonly string[]
  /** Measured before anything serves it. */
  readonly door: DoorTimes
}

/** One sandbox store and one for each delay; the handles are `sandbox` and `after-<ms>`. */
export const handleOf = (delayMs: number) => `after-${delayMs}`
export const SANDBOX = 'sandbox'

/** Raised through the role; every limit is still counted at each call. */
const LIMITS = { per_second: 10_000, burst: 20_000, concurrency: 1_000 }
const ROLE = 'support'

/** Makes a workspace, its stores and so many agents, each with a live token. No step is switched off. */
export async function makeInstance(folder: string, upstream: UpstreamReady, agents: number): Promise<Instance> {
  const config = readConfig({ PATH: process.env.PATH, TILLGATE_DATA: folder })
  const { dataFolder, database: source, path } = config
  const database = await openDatabase({ dataFolder, source, path, log: QUIET })
  try {
    const foundation = await openFoundation({ config, database, clock: systemClock })
    const { workspaceId, scopes, grants } = await makeWorkspace(foundation, upstream, agents)
    foundation.vault.close()
    const tokens = await issueTokens(database, grants, scopes)
    const door = await measureDoor(database.pools.app, await memberToken(database, foundation.jobs, workspaceId))
    const { rows } = await database.pools.app.query<{ server_version: string }>('show server_version')
    return { folder, postgres: rows[0]?.server_version ?? '', tokens, door }
  } finally {
    await database.close()
  }
}

/** The workspace `bench` with its stores and so many agents, each with a grant for every store. */
export async function makeWorkspace(foundation: Foundation, upstream: UpstreamReady, agents: number) {
  const { workspaceId } = await createWorkspace(foundation, { slug: 'bench', name: 'Bench' })
  const role = await roleByName(foundation, { workspaceId, name: ROLE })
  if (!role) throw new Error(`there is no role ${ROLE}`)
  const definition = { ...role.definition, limits: LIMITS }
  const { version } = await updateRole(foundation, { workspaceId, name: ROLE, definition })
  const stores = Object.entries(upstream.fixed).map(([delayMs, url]) => [handleOf(Number(delayMs)), url] as const)
  for (const [handle, origin] of [...stores, [SANDBOX, upstream.sandbox] as const]) {
    const credential = new Secret(JSON.stringify({ kind: 'static', token: upstream.sandboxToken }))
    const store = { workspaceId, handle, platform: 'shopify', name: handle, mode: 'test', currency: 'EUR' } as const
    await addStore(foundation, { ...store, origin, credential })
  }
  const made = { workspaceId, roleId: role.roleId, version, scopes: [...role.definition.scopes] }
  const grants = await foundation.jobs.inWorkspace(workspaceId, (tx) => insertAgents(tx, made, agents))
  return { ...made, grants }
}

/** Logs nothing. */
export const QUIET = { info() {}, warn() {} }
const ROWS_AT_ONCE = 1_000

type Made = { workspaceId: string; roleId: string; version: number; scopes: string[] }
type Grant = { grantId: string; clientId: string }

/** Agents with a grant for every store each, as `agent create` makes them, many in one statement. */
async function insertAgents(tx: WorkspaceTransaction, { workspaceId, roleId, version, scopes }: Made, count: number) {
  const stores = await tx.selectFrom('tillgate.stores').select('store_id').execute()
  const grants: Grant[] = []
  for (const size of chunks(count)) {
    const rows = Array.from({ length: size }, (_, index) => {
      const name = `agent ${grants.length + index}`
      return { agentId: randomUUID(), grantId: randomUUID(), clientId: `tg_client_${randomUUID()}`, name }
    })
    const common = { workspace_id: workspaceId, created_by: 'bench' }
    const agent = { ...common, kind: 'machine' } as const
    await tx
      .insertInto('tillgate.agents')
      .values(rows.map((row) => ({ ...agent, agent_id: row.agentId, name: row.name, client_id: row.clientId })))
      .execute()
    const grant = { ...common, role_id: roleId, accepted_version: version, account_id: null, scopes }
    await tx
      .insertInto('tillgate.grants')
      .values(rows.map((row) => ({ ...grant, grant_id: row.grantId, agent_id: row.agentId })))
      .execute()
    const links = rows.flatMap(({ grantId }) =>
      stores.map(({ store_id }) => ({ workspace_id: workspaceId, grant_id: grantId, store_id })),
    )
    await tx.insertInto('tillgate.grant_stores').values(links).execute()
    grants.push(...rows)
  }
  return grants
}

/** A token of a member's grant that has accepted an older version of its role: the door has the most to read. */
async function memberToken({ pools }: Database, jobs: Jobs, workspaceId: string): Promise<string> {
  const { token, grantId } = await memberGrant({ pools, jobs }, { workspaceId, role: ROLE })
  await jobs.inWorkspace(workspaceId, (tx) =>
    tx.updateTable('tillgate.grants').set({ accepted_version: 1 }).where('grant_id', '=', grantId).execute(),
  )
  return token
}

/** Live tokens of the resource `core`, as the authorization server writes them. */
async function issueTokens({ pools }: Database, grants: readonly Grant[], scopes: readonly string[]) {
  const issued = grants.map((grant) => ({ ...grant, token: newToken('at') }))
  await pools.auth.query(
    `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
     select hash, 'ClientCredentials', client, grant_id, $4, 'core', '{}', now() + interval '2 hours'
     from unnest($1::bytea[], $2::text[], $3::uuid[]) as t(hash, client, grant_id)`,
    [
      issued.map(({ token }) => tokenHash(token)),
      issued.map(({ clientId }) => clientId),
      issued.map(({ grantId }) => grantId),
      scopes.join(' '),
    ],
  )
  return issued.map(({ token }) => token)
}

function chunks(count: number): number[] {
  const whole = Array.from({ length: Math.floor(count / ROWS_AT_ONCE) }, () => ROWS_AT_ONCE)
  const rest = count % ROWS_AT_ONCE
  return rest === 0 ? whole : [...whole, rest]
}
