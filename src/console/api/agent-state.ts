import type { AgentSummary } from '#identity'
import { type RoleDifference, roleDifferences } from '#policy'

export type AgentState = 'live' | 'frozen' | 'waiting' | 'quarantined' | 'expired' | 'revoked'

type Facts = Pick<
  AgentSummary,
  | 'revokedAt'
  | 'quarantinedAt'
  | 'expiresAt'
  | 'roleVersion'
  | 'acceptedVersion'
  | 'roleDefinition'
  | 'acceptedDefinition'
>

/** The one thing about an agent that matters most now. */
export function agentState(agent: Facts, { now, isFrozen }: { now: number; isFrozen: boolean }): AgentState {
  if (agent.revokedAt !== null) return 'revoked'
  if (isOver(agent, now)) return 'expired'
  if (agent.quarantinedAt !== null) return 'quarantined'
  if (isFrozen) return 'frozen'
  return widened(agent).length > 0 ? 'waiting' : 'live'
}

/** Whether the agent can do nothing any more, whatever anybody says. */
export function isOver({ revokedAt, expiresAt }: Pick<Facts, 'revokedAt' | 'expiresAt'>, now: number): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt.getTime() <= now)
}

/** What the role has gained since it was accepted for the grant; it waits for a yes. */
export function widened({ roleVersion, acceptedVersion, roleDefinition, acceptedDefinition }: Facts): RoleDifference[] {
  if (roleVersion === acceptedVersion) return []
  return roleDifferences(acceptedDefinition, roleDefinition).filter(({ widens }) => widens)
}
