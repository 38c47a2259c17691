import { type AgentSummary, listAgents } from '#identity'
import { notHere } from './errors.ts'
import { agentsInSight } from './sight.ts'
import { id } from './valid.ts'
import type { ApiVisit } from './visit.ts'

/** The agent of this id, with its newest grant. Throws where there is none that this person may know of. */
export async function agentInSight(visit: ApiVisit, agentId: string): Promise<AgentSummary> {
  if (!id.safeParse(agentId).success) throw notHere()
  const sight = await agentsInSight(visit)
  if (sight !== undefined && !sight.includes(agentId)) throw notHere()
  const grants = await listAgents(visit.tx, { agentIds: [agentId] })
  const agent = grants.find(({ revokedAt }) => revokedAt === null) ?? grants[0]
  if (!agent) throw notHere()
  return agent
}
