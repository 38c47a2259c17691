import { html } from 'hono/html'
import { scopeChanges, scopeWords } from '#commerce'
import { listAgents, listMembers, listRoles, type Member, type Role, type RoleVersion, roleHistory } from '#identity'
import { describeAccess, roleDifferences, seatMay } from '#policy'
import type { WorkspaceTransaction } from '#store'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { doneNotice } from './done.ts'
import { notHere } from './error.ts'
import type { Html } from './layout.ts'
import { whoWords } from './members-words.ts'
import { differenceTable } from './roles-difference.ts'
import { table } from './table.ts'
import { when } from './when.ts'
import { within, workspacePage } from './workspace-frame.ts'

/** How many live agents have the role. */
export async function liveGrantsOfRole(tx: WorkspaceTransaction, name: string): Promise<number> {
  const agents = await listAgents(tx, {})
  return agents.filter(({ role, revokedAt }) => role === name && revokedAt === null).length
}

/** GET /w/:workspace/roles. */
export async function showRoles(visit: WorkspaceVisit): Promise<Reply> {
  const roles = await listRoles(visit.tx)
  const agents = await listAgents(visit.tx, {})
  const users = (name: string) => agents.filter(({ role, revokedAt }) => role === name && revokedAt === null).length
  const list = table({
    caption: 'Roles',
    rows: roles,
    columns: [
      { head: 'Role', cell: ({ name }) => html`<a href="${within(visit, 'roles', name)}">${visibleText(name)}</a>` },
      { head: 'Sees', cell: ({ definition }) => counted(definition.scopes.filter((s) => !scopeChanges(s)).length) },
      { head: 'Changes', cell: ({ definition }) => counted(definition.scopes.filter(scopeChanges).length) },
      { head: 'Agents', cell: ({ name }) => String(users(name)) },
      { head: 'Version', cell: ({ version }) => String(version) },
    ],
  })
  const make = html`<p><a class="button" href="${within(visit, 'roles', 'new')}">Make a role</a></p>`
  const body = html`${doneNotice(visit)}<section class="card wide"><h1>Roles</h1>
<p class="hint">A role says what an agent may do at most, whatever else was agreed.</p>
${list}${seatMay(visit.person.seat, 'manage_roles') ? make : ''}</section>`
  return workspacePage(visit, { title: 'Roles', at: 'roles', body })
}

function counted(things: number): string {
  return things === 0 ? 'nothing' : things === 1 ? '1 thing' : `${things} things`
}

/** GET /w/:workspace/roles/:role: what it says, who has it, and how it came to be. */
export async function showRole(visit: WorkspaceVisit): Promise<Reply> {
  const { tx, params } = visit
  const role = (await listRoles(tx)).find(({ name }) => name === params.role)
  if (!role) return notHere()
  const count = await liveGrantsOfRole(tx, role.name)
  const acts = html`<p class="acts"><a class="button" href="${within(visit, 'roles', role.name, 'edit')}">Edit</a>
<a href="${within(visit, 'roles', 'new')}?${new URLSearchParams({ from: role.name })}">Make a copy</a></p>`
  const body = html`${doneNotice(visit)}<section class="card wide">
<p class="hint"><a href="${within(visit, 'roles')}">Roles</a></p><h1>${visibleText(role.name)}</h1>
<p>${count === 0 ? 'No agent has this role.' : count === 1 ? 'One agent has this role.' : `${count} agents have this role.`}</p>
${definitionFacts(role)}${seatMay(visit.person.seat, 'manage_roles') ? acts : ''}</section>
<section class="card wide"><h2>History</h2>${history(visit, await roleHistory(tx, role.name), await listMembers(tx))}</section>`
  return workspacePage(visit, { title: `Role ${visibleText(role.name)}`, at: 'roles', body })
}

function definitionFacts({ definition, version }: Role): Html {
  const { scopes, stores, limits, expires_days } = definition
  const { sees, changes, asks } = describeAccess({ definition, scopes })
  const lines: [string, Html | string][] = [
    ['Sees', sees],
    ['Changes', changes],
    ['Asks first', asks],
    [
      'May',
      html`<ul>${scopes.map((scope) => html`<li>${scopeWords[scope]} <small class="mono">${scope}</small></li>`)}</ul>`,
    ],
    [
      'Stores',
      stores === 'all' ? 'every store that a grant names' : html`only <span class="mono">${stores.join(', ')}</span>`,
    ],
    [
      'Limits',
      `${limits.per_second} calls a second, ${limits.burst} at once on top, ${limits.concurrency} at the same time`,
    ],
    ['Longest life', expires_days === undefined ? 'not limited by the role' : `${expires_days} days`],
    ['Version', String(version)],
  ]
  return html`<dl class="facts">${lines.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

/** The newest version first, each with what it changed. */
function history(visit: WorkspaceVisit, versions: readonly RoleVersion[], members: readonly Member[]): Html {
  const now = visit.world.clock()
  const lines = versions.map(({ version, definition, changedBy, changedAt }, index) => {
    const before = versions[index + 1]
    const what = before ? differenceTable(roleDifferences(before.definition, definition)) : html`<p>Made.</p>`
    return html`<li><p><strong>Version ${version}</strong> by ${whoWords(changedBy, members)}, ${when(changedAt, now)}</p>${what}</li>`
  })
  return html`<ol class="history">${lines}</ol>`
}
