import { html } from 'hono/html'
import type { AgentSummary } from '#identity'
import { seatMay } from '#policy'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { agentOf } from './agents-own.ts'
import { isOver, widened } from './agents-state.ts'
import { ownerWords, stateBadge, stopButtons } from './agents-view.ts'
import { wordsOf } from './consent-scopes.ts'
import { doneNotice } from './done.ts'
import { notHere } from './error.ts'
import type { Html } from './layout.ts'
import { hidden } from './parts.ts'
import { differenceTable } from './roles-difference.ts'
import { quoted, visibleText } from './visible-text.ts'
import { when } from './when.ts'
import { within, workspacePage } from './workspace-frame.ts'

/** GET /w/:workspace/agents/:agent: one agent, with all that it may do. */
export async function showAgent(visit: WorkspaceVisit): Promise<Reply> {
  const agent = await agentOf(visit)
  if (!agent) return notHere()
  const isEnded = isOver(agent, visit.world.clock())
  const body = html`${doneNotice(visit)}<section class="card wide">
<p class="hint"><a href="${within(visit, 'agents')}">Agents</a></p>
<h1>${quoted(agent.name)} ${stateBadge(visit, agent)}</h1>
${facts(visit, agent)}${isEnded ? '' : stopButtons(visit, agent)}</section>
${isEnded ? '' : waiting(visit, agent)}`
  return workspacePage(visit, { title: `Agent ${visibleText(agent.name)}`, at: 'agents', body })
}

function facts(visit: WorkspaceVisit, agent: AgentSummary): Html {
  const now = visit.world.clock()
  const lines: [string, Html | string][] = [
    ['Agent', mono(agent.agentId)],
    ['Client', mono(agent.clientId)],
    ['Owner', ownerWords(agent)],
    ...(agent.purpose === '' ? [] : [['Purpose', quoted(agent.purpose)] satisfies [string, Html]]),
    ['Role', roleWords(visit, agent)],
    [
      'May',
      html`<ul>${agent.scopes.map((scope) => html`<li>${wordsOf(scope)} <small class="mono">${scope}</small></li>`)}</ul>`,
    ],
    ['Stores', agent.stores.length === 0 ? 'none' : mono(agent.stores.join(', '))],
    ['Connected', when(agent.createdAt, now)],
    ['Until', agent.expiresAt === null ? 'no end' : when(agent.expiresAt, now)],
    ['Last seen', agent.lastSeenAt === null ? 'never' : when(agent.lastSeenAt, now)],
    ...(agent.quarantinedAt === null
      ? []
      : [['In quarantine since', when(agent.quarantinedAt, now)] satisfies [string, Html]]),
    ...(agent.revokedAt === null ? [] : [['Revoked', when(agent.revokedAt, now)] satisfies [string, Html]]),
  ]
  return html`<dl class="facts">${lines.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

function mono(text: string): Html {
  return html`<span class="mono">${visibleText(text)}</span>`
}

function roleWords(visit: WorkspaceVisit, { role, roleVersion, acceptedVersion }: AgentSummary): Html {
  const accepted = acceptedVersion === roleVersion ? '' : `, accepted as version ${acceptedVersion}`
  return html`<a href="${within(visit, 'roles', role)}">${visibleText(role)}</a> <small>version ${roleVersion}${accepted}</small>`
}

/** What the role has gained, for the one whose agent it is or an admin to say yes to. */
function waiting(visit: WorkspaceVisit, agent: AgentSummary): Html | '' {
  const gained = widened(agent)
  if (gained.length === 0) return ''
  const { seat, accountId } = visit.person
  const mayAccept = seatMay(seat, 'manage_roles') || agent.accountId === accountId
  const form = html`<form method="post" action="${within(visit, 'agents', agent.agentId, 'accept')}">${hidden('csrf', visit.csrf())}
${hidden('version', String(agent.roleVersion))}<p><button>Accept</button></p></form>`
  return html`<section class="card wide"><h2>The role was widened</h2>
<p>Since it was accepted for this agent, the role ${visibleText(agent.role)} has gained this. It reaches the agent once you accept it.</p>
${differenceTable(gained)}${mayAccept ? form : ''}</section>`
}
