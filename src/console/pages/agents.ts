import { html } from 'hono/html'
import type { AppError } from '#kernel'
import { seatMay } from '#policy'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { connectSteps } from './agents-connect.ts'
import { agentsOf } from './agents-own.ts'
import { agentTables } from './agents-view.ts'
import { doneNotice } from './done.ts'
import type { Html } from './layout.ts'
import { fieldError, hidden } from './parts.ts'
import { within, workspacePage } from './workspace-frame.ts'

/** GET /w/:workspace/agents: what is connected, and how to stop it. */
export function showAgents(visit: WorkspaceVisit): Promise<Reply> {
  return agentsPage(visit)
}

/** The page, with the error of its freeze form where there is one. */
export async function agentsPage(visit: WorkspaceVisit, error?: AppError): Promise<Reply> {
  const agents = await agentsOf(visit)
  const all = seatMay(visit.person.seat, 'manage_agents')
  const body = html`${doneNotice(visit)}<section class="card wide"><h1>${all ? 'Agents' : 'Your agents'}</h1>
${agents.length === 0 ? html`<p>No agent is connected yet.</p>` : agentTables(visit, agents)}
${connectSteps(visit, agents.length === 0)}</section>
${seatMay(visit.person.seat, 'freeze') && visit.person.frozenAt === null ? freezeForm(visit, error) : ''}`
  return workspacePage(visit, { title: 'Agents', at: 'agents', body, ...(error && { status: 400 }) })
}

/** One deliberate step, and no more: this is for the moment when something goes wrong. */
function freezeForm(visit: WorkspaceVisit, error: AppError | undefined): Html {
  return html`<section class="card wide freeze"><h2>Stop everything</h2>
<p>Freezing refuses the next call of every agent in this workspace, until an owner or an admin unfreezes it.</p>
<form method="post" action="${within(visit, 'freeze')}">${hidden('csrf', visit.csrf())}${fieldError(error, 'sure')}
<label class="choice"><input type="checkbox" name="sure" value="yes" required> <span>Yes, stop every agent of this workspace now</span></label>
<p><button class="danger">Freeze this workspace</button></p></form></section>`
}
