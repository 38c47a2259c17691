import { html } from 'hono/html'
import type { Membership } from '#store'
import type { Reply, SessionVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { seatWords } from '../who-words.ts'
import { layout } from './layout.ts'

/** The first page: into the only workspace, or the list of them, or what to do without one. */
export async function start({ world, session, csrf }: SessionVisit): Promise<Reply> {
  const memberships = await world.people.workspaces(session.hash)
  const [only, another] = memberships
  if (only !== undefined && another === undefined) return { kind: 'redirect', to: `/console/w/${only.slug}` }
  const body = only === undefined ? nowhere(session.account.email) : choice(memberships)
  return { kind: 'page', html: layout({ title: 'Start', body, account: session.account, csrf: csrf() }) }
}

function choice(memberships: readonly Membership[]) {
  return html`<section class="card"><h1>Your workspaces</h1><ul class="places">
${memberships.map(
  ({ slug, name, seat, frozenAt }) => html`<li><a href="/console/w/${slug}">${visibleText(name)}</a>
<small>${seatWords[seat].name}</small>${frozenAt === null ? '' : html` <span class="badge stopped">frozen</span>`}</li>`,
)}</ul></section>`
}

function nowhere(email: string) {
  return html`<section class="card"><h1>You are in no workspace yet</h1>
<p>Ask an owner or an admin of the workspace to invite <strong>${email}</strong>, then open the link of the invitation.</p>
<p>If you run this Tillgate yourself, <code>tillgate member invite</code> on its host makes the link.</p></section>`
}
