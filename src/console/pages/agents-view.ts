import { html } from 'hono/html'
import type { AgentSummary } from '#identity'
import { seatMay } from '#policy'
import type { WorkspaceVisit } from '../route.ts'
import { agentState, isOver, stateWords } from './agents-state.ts'
import type { Html } from './layout.ts'
import { actButton } from './parts.ts'
import { type Column, table } from './table.ts'
import { quoted, visibleText } from './visible-text.ts'
import { when } from './when.ts'
import { within } from './workspace-frame.ts'

/** The agents that still can do something, as a table, and the others folded away. */
export function agentTables(visit: WorkspaceVisit, agents: readonly AgentSummary[]): Html {
  const now = visit.world.clock()
  const over = agents.filter((agent) => isOver(agent, now))
  const live = agents.filter((agent) => !isOver(agent, now))
  const current = table({ caption: 'Agents', columns: columns(visit, true), rows: live })
  const past = table({ caption: 'Agents of before', columns: columns(visit, false), rows: over })
  return html`${live.length === 0 ? '' : current}
${over.length === 0 ? '' : html`<details class="past"><summary>Ended (${over.length})</summary>${past}</details>`}`
}

function columns(visit: WorkspaceVisit, isLive: boolean): Column<AgentSummary>[] {
  const now = visit.world.clock()
  const all = seatMay(visit.person.seat, 'manage_agents')
  const owner: Column<AgentSummary> = { head: 'Owner', cell: ownerWords }
  const acts: Column<AgentSummary> = { head: 'Stop', cell: (agent) => stopButtons(visit, agent) }
  return [
    { head: 'Agent', cell: (agent) => nameCell(visit, agent) },
    ...(all ? [owner] : []),
    { head: 'Role', cell: ({ role }) => visibleText(role) },
    {
      head: 'Stores',
      cell: ({ stores }) => (stores.length === 0 ? 'none' : html`${stores.map(handleWord)}`),
    },
    { head: 'Last seen', cell: ({ lastSeenAt }) => (lastSeenAt === null ? 'never' : when(lastSeenAt, now)) },
    { head: 'Until', cell: ({ expiresAt }) => (expiresAt === null ? 'no end' : when(expiresAt, now)) },
    { head: 'State', cell: (agent) => stateBadge(visit, agent) },
    ...(isLive ? [acts] : []),
  ]
}

function handleWord(handle: string): Html {
  return html`<span class="mono handle">${handle}</span> `
}

function nameCell(visit: WorkspaceVisit, { agentId, name }: AgentSummary): Html {
  return html`<a href="${within(visit, 'agents', agentId)}">${quoted(name)}</a> <small class="mono id" title="${agentId}">${agentId.slice(0, 8)}</small>`
}

/** Whose agent it is; a machine has no person behind it. */
export function ownerWords({ kind, memberEmail, createdBy }: AgentSummary): string {
  if (kind === 'machine') return `machine, made by ${visibleText(createdBy.replace(/^account:.*/, 'a member'))}`
  return memberEmail === null ? 'a former member' : visibleText(memberEmail)
}

export function stateBadge({ world, person }: WorkspaceVisit, agent: AgentSummary): Html {
  const state = agentState(agent, { now: world.clock(), isFrozen: person.frozenAt !== null })
  return html`<span class="badge ${state}">${stateWords[state]}</span>`
}

/** What stops needs no second look; what lets go on is for admins. */
export function stopButtons(visit: WorkspaceVisit, { agentId, name, quarantinedAt }: AgentSummary): Html {
  const act = (word: string, text: string, look: string) =>
    actButton({ to: within(visit, 'agents', agentId, word), csrf: visit.csrf(), text, name: visibleText(name), look })
  const mayRelease = seatMay(visit.person.seat, 'manage_agents')
  const pause =
    quarantinedAt === null
      ? act('quarantine', 'Quarantine', 'quiet')
      : mayRelease
        ? act('release', 'Release', 'quiet')
        : ''
  return html`<div class="acts">${pause}${act('revoke', 'Revoke', 'danger')}</div>`
}
