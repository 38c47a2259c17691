import {
  type AgentSummary,
  acceptRole,
  endAgent,
  endCredentials,
  endTokensOfGrants,
  freezeWorkspace,
  quarantineAgent,
  releaseAgent,
  unfreezeWorkspace,
} from '#identity'
import { AppError } from '#kernel'
import { recordAct } from '../record.ts'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { agentsPage } from './agents.ts'
import { agentOf } from './agents-own.ts'
import { notHere } from './error.ts'
import { backTo, byOf } from './workspace-frame.ts'

/** POST …/agents/:agent/revoke: the agent ends for good; a person may end their own, an admin every one. */
export async function revoke(visit: WorkspaceVisit): Promise<Reply> {
  const agent = await agentOf(visit)
  if (!agent) return notHere()
  const { grantIds, clientId } = await endAgent(visit.tx, { agent: agent.agentId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'agent.revoke', subject: agent.agentId }))
  visit.afterCommit(() => endTokens(visit, { agent, clientId, grantIds }))
  return backTo(visit, ['agents'], 'revoked')
}

/** The secrets of a machine agent are its own; those of a client that several members use are not. */
function endTokens({ world }: WorkspaceVisit, of: { agent: AgentSummary; clientId: string; grantIds: string[] }) {
  const { agent, clientId, grantIds } = of
  return agent.kind === 'machine'
    ? endCredentials(world.authPool, { clientId, grantIds })
    : endTokensOfGrants(world.authPool, grantIds)
}

/** POST …/agents/:agent/quarantine, as quick as revoking. */
export async function quarantine(visit: WorkspaceVisit): Promise<Reply> {
  const agent = await agentOf(visit)
  if (!agent) return notHere()
  await quarantineAgent(visit.tx, { agent: agent.agentId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'agent.quarantine', subject: agent.agentId }))
  return backTo(visit, ['agents'], 'quarantined')
}

/**
 * POST …/agents/:agent/release. The record is written before the agent's row is touched, as in all of what widens here:
 * a record that marks the same agent would wait for this transaction, and this transaction for the record.
 */
export async function release(visit: WorkspaceVisit): Promise<Reply> {
  const agent = await agentOf(visit)
  if (!agent) return notHere()
  await recordAct(visit, { action: 'agent.release', subject: agent.agentId })
  await releaseAgent(visit.tx, { agent: agent.agentId })
  return backTo(visit, ['agents'], 'released')
}

/** POST …/agents/:agent/accept: the role's newest version reaches the grant. */
export async function accept(visit: WorkspaceVisit): Promise<Reply> {
  const agent = await agentOf(visit)
  if (!agent || agent.revokedAt !== null) return notHere()
  const seen = visit.form.text('version')
  if (seen !== String(agent.roleVersion)) {
    throw new AppError('invalid_arguments', 'The role was changed again meanwhile; go back and look once more.')
  }
  await recordAct(visit, { action: 'grant.accept', subject: agent.grantId, grant: agent.grantId })
  await acceptRole(visit.tx, { grantId: agent.grantId, version: agent.roleVersion })
  return backTo(visit, ['agents', agent.agentId], 'accepted')
}

/** POST …/freeze: every agent of the workspace stops at its next call. */
export async function freeze(visit: WorkspaceVisit): Promise<Reply> {
  if (visit.form.text('sure') !== 'yes') {
    const sentence = 'Tick the box to say that you mean it; nothing was stopped yet.'
    return agentsPage(visit, new AppError('invalid_arguments', sentence, { field: 'sure' }))
  }
  await freezeWorkspace(visit.tx, { by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'workspace.freeze', subject: visit.person.workspaceId }))
  return backTo(visit, ['agents'], 'frozen')
}

/** POST …/unfreeze. */
export async function unfreeze(visit: WorkspaceVisit): Promise<Reply> {
  await recordAct(visit, { action: 'workspace.unfreeze', subject: visit.person.workspaceId })
  await unfreezeWorkspace(visit.tx)
  return backTo(visit, ['agents'], 'unfrozen')
}
