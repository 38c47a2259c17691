import { type AgentSummary, listAgents } from '#identity'
import { seatMay } from '#policy'
import type { WorkspaceVisit } from '../route.ts'

/** The agents that this person may see and stop: those of everybody for an admin, else their own; live ones first. */
export async function agentsOf({ tx, person }: WorkspaceVisit): Promise<AgentSummary[]> {
  const { seat, accountId } = person
  const listed = await listAgents(tx, seatMay(seat, 'manage_agents') ? {} : { accountId })
  return listed.sort((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null))
}

/** The agent that the address names; undefined where there is none that this person may know of. */
export async function agentOf(visit: WorkspaceVisit): Promise<AgentSummary | undefined> {
  const agents = await agentsOf(visit)
  return agents.find(({ agentId }) => agentId === visit.params.agent)
}
