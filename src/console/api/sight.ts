import { agentIdsOf } from '#identity'
import { seatMay } from '#policy'
import type { ApiVisit } from './visit.ts'

/**
 * Whose agents and records a person may look at: undefined for all of the workspace, else the ids of the own agents.
 * Counts that name nobody are for every seat.
 */
export async function agentsInSight({ tx, person }: Pick<ApiVisit, 'tx' | 'person'>): Promise<string[] | undefined> {
  return seatMay(person.seat, 'manage_agents') ? undefined : agentIdsOf(tx, person.accountId)
}
