import type { AgentSummary } from '#identity'
import { type RoleDifference, roleDifferences } from '#policy'

export type AgentState = 'live' | 'waiting' | 'quarantined' | 'expired' | 'revoked'

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
export function agentState(agent: Facts, now: number): AgentState {
  if (agent.revokedAt !== null) return 'revoked'
  if (agent.expiresAt !== null && agent.expiresAt.getTime() <= now) return 'expired'
  if (agent.quarantinedAt !== null) return 'quarantined'
  return widened(agent).length > 0 ? 'waiting' : 'live'
}

/** What the role has gained since it was accepted for the grant; it waits for a yes. */
export function widened({ roleVersion, acceptedVersion, roleDefinition, acceptedDefinition }: Facts): RoleDifference[] {
  if (roleVersion === acceptedVersion) return []
  return roleDifferences(acceptedDefinition, roleDefinition).filter(({ widens }) => widens)
}

export const stateWords: Readonly<Record<AgentState, string>> = {
  live: 'live',
  waiting: 'role widened: waiting for your yes',
  quarantined: 'quarantined',
  expired: 'expired',
  revoked: 'revoked',
}
