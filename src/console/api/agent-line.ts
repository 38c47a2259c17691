import type { AgentHour } from '#audit'
import type { AgentSummary } from '#identity'
import { visibleText } from '../visible-text.ts'
import { agentState } from './agent-state.ts'

/** An agent as a line of a list. */
export function agentLine(agent: AgentSummary, { now, isFrozen }: { now: number; isFrozen: boolean }) {
  return {
    id: agent.agentId,
    grant: agent.grantId,
    /** What its client or its maker calls it: a stranger's word, with nothing hidden. */
    name: visibleText(agent.name),
    kind: agent.kind,
    /** Null for a machine. */
    owner: agent.memberEmail === null ? null : visibleText(agent.memberEmail),
    role: agent.role,
    scopes: agent.scopes,
    stores: agent.stores,
    createdAt: agent.createdAt,
    lastSeenAt: agent.lastSeenAt,
    expiresAt: agent.expiresAt,
    state: agentState(agent, { now, isFrozen }),
  }
}

const HOUR_MS = 3_600_000
const HOURS = 24

/** Calls of an agent in each of the last 24 hours, the oldest first. */
export function hoursOf(hours: readonly AgentHour[], agentId: string, now: number): number[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS
  const counts = Array.from({ length: HOURS }, () => 0)
  for (const { agent, hour, calls } of hours) {
    const index = HOURS - 1 - Math.round((last - hour) / HOUR_MS)
    if (agent === agentId && index >= 0 && index < HOURS) counts[index] = (counts[index] ?? 0) + calls
  }
  return counts
}
