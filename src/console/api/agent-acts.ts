import {
  type AgentSummary,
  acceptRole,
  clearAgentMarks,
  clearOwnMarks,
  endAgent,
  endCredentials,
  endTokensOfGrants,
  quarantineAgent,
  releaseAgent,
} from '#identity'
import { AppError } from '#kernel'
import { seatMay } from '#policy'
import { recordAct, recordPersonal } from '../record.ts'
import { agentInSight } from './agent-in-sight.ts'
import { aboveSeat } from './errors.ts'
import type { ApiVisit } from './visit.ts'

type Done = { readonly done: true }

const DONE: Done = { done: true }

/** Who did it, as the tables note it. */
export function byOf({ person }: Pick<ApiVisit, 'person'>): string {
  return `account:${person.accountId}`
}

/** The agent ends for good; a person may end their own, an admin every one. */
export async function revoke(visit: ApiVisit, agentId: string): Promise<Done> {
  const agent = await agentInSight(visit, agentId)
  const { grantIds, clientId } = await endAgent(visit.tx, { agent: agent.agentId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'agent.revoke', subject: agent.agentId }))
  visit.afterCommit(() => endTokens(visit, { agent, clientId, grantIds }))
  return DONE
}

/** The secrets of a machine agent are its own; those of a client that several members use are not. */
function endTokens({ world }: ApiVisit, of: { agent: AgentSummary; clientId: string; grantIds: string[] }) {
  const { agent, clientId, grantIds } = of
  return agent.kind === 'machine'
    ? endCredentials(world.authPool, { clientId, grantIds })
    : endTokensOfGrants(world.authPool, grantIds)
}

/** As quick as revoking, and it can be taken back. */
export async function quarantine(visit: ApiVisit, agentId: string): Promise<Done> {
  const agent = await agentInSight(visit, agentId)
  await quarantineAgent(visit.tx, { agent: agent.agentId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'agent.quarantine', subject: agent.agentId }))
  return DONE
}

/**
 * Ends the quarantine. The record is written before the agent's row is touched, as in all of what widens here: a record
 * that marks the same agent would wait for this transaction, and this transaction for the record.
 */
export async function release(visit: ApiVisit, agentId: string): Promise<Done> {
  const agent = await agentInSight(visit, agentId)
  await recordAct(visit, { action: 'agent.release', subject: agent.agentId })
  await releaseAgent(visit.tx, { agent: agent.agentId })
  return DONE
}

/** The role's newest version reaches the grant. */
export async function accept(visit: ApiVisit, agentId: string, version: number): Promise<Done> {
  const agent = await agentInSight(visit, agentId)
  if (agent.revokedAt !== null)
    throw new AppError('invalid_arguments', 'This agent has ended; there is nothing to accept.')
  if (version !== agent.roleVersion) {
    throw new AppError('invalid_arguments', 'The role was changed again meanwhile; reload the page and look once more.')
  }
  await recordAct(visit, { action: 'grant.accept', subject: agent.grantId, grant: agent.grantId })
  await acceptRole(visit.tx, { grantId: agent.grantId, version })
  return DONE
}

/**
 * Says that what an agent has read is out of its chat. The mark of a machine agent is an admin's to clear; that of a member's
 * agents stands on the member's account, for all workspaces, so only that person clears it.
 */
export async function clearMarks(visit: ApiVisit, agentId: string): Promise<Done> {
  const agent = await agentInSight(visit, agentId)
  const { tx, session, person } = visit
  if (agent.kind === 'machine') {
    if (!seatMay(person.seat, 'manage_agents')) throw aboveSeat()
    await recordAct(visit, { action: 'agent.clear_marks', subject: agent.agentId })
    await clearAgentMarks(tx, agent.agentId)
    return DONE
  }
  if (agent.accountId !== session.account.accountId) {
    throw new AppError(
      'not_allowed',
      'This mark stands on the account of the agent’s member, in all workspaces: only that person can clear it.',
    )
  }
  // In this workspace, where it was asked for, and in the instance's chain, because it counts everywhere.
  const act = { action: 'account.clear_marks', subject: session.account.accountId }
  await recordAct(visit, act)
  await recordPersonal(visit, session.account.accountId, act)
  await clearOwnMarks(tx, session.hash)
  return DONE
}
