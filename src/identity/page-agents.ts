import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'
import { type AgentSummary, listAgents } from './list-agents.ts'

export type AgentFilter = {
  /** Only those that this account connected. */
  readonly accountId?: string | undefined
  /** A part of the name, or the beginning of the id. */
  readonly text?: string | undefined
  /** `live`: can still do something; `ended`: revoked or expired; `stopped`: live, but in quarantine. */
  readonly state?: 'live' | 'ended' | 'stopped' | undefined
}

export type AgentPage = {
  readonly agents: readonly AgentSummary[]
  /** How many match. */
  readonly total: number
}

/** One page of the agents that match, one line a grant, those last seen first; `page` counts from 1. */
export async function pageAgents(
  tx: WorkspaceTransaction,
  filter: AgentFilter,
  { page, size }: { page: number; size: number },
): Promise<AgentPage> {
  const matching = tx
    .selectFrom('tillgate.agents as a')
    .innerJoin('tillgate.grants as g', (join) =>
      join.onRef('g.workspace_id', '=', 'a.workspace_id').onRef('g.agent_id', '=', 'a.agent_id'),
    )
    .$if(filter.accountId !== undefined, (query) => query.where('g.account_id', '=', filter.accountId ?? null))
    .$if(filter.text !== undefined, (query) => query.where(named(filter.text ?? '')))
    .$if(filter.state !== undefined, (query) => query.where(inState(filter.state ?? 'live')))
  const counted = await matching.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow()
  const rows = await matching
    .select('g.grant_id as grantId')
    .orderBy(sql`coalesce(g.last_seen_at, a.created_at)`, 'desc')
    .orderBy('g.grant_id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
  const grantIds = rows.map(({ grantId }) => grantId)
  const found = new Map((await listAgents(tx, { grantIds })).map((agent) => [agent.grantId, agent]))
  const agents = grantIds.map((id) => found.get(id)).filter((agent) => agent !== undefined)
  return { agents, total: Number(counted.total) }
}

function named(text: string) {
  return sql<boolean>`(strpos(lower(a.name), lower(${text})) > 0 or starts_with(a.agent_id::text, lower(${text})))`
}

function inState(state: NonNullable<AgentFilter['state']>) {
  const ended = sql`(a.revoked_at is not null or g.revoked_at is not null or g.expires_at <= now())`
  if (state === 'ended') return sql<boolean>`${ended} is true`
  const live = sql<boolean>`${ended} is not true`
  return state === 'live' ? live : sql<boolean>`${live} and a.quarantined_at is not null`
}
