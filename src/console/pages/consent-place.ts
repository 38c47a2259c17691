import { html } from 'hono/html'
import type { Interaction } from '#identity'
import type { Membership, PersonEntry, WorkspaceTransaction } from '#store'
import type { SessionVisit } from '../route.ts'
import { quoted, visibleText } from '../visible-text.ts'
import { placeOf } from './consent-choice.ts'
import { addressOf, asked, type Page, whoAsks } from './consent-view.ts'
import { type Html, layout } from './layout.ts'
import { hidden } from './parts.ts'

/**
 * Enters the workspace that the request is for, by the session's own door, and works there. Where it could be several,
 * gives the page that asks which one.
 */
export async function inPlace<T>(
  visit: SessionVisit,
  request: Interaction,
  work: (tx: WorkspaceTransaction, person: PersonEntry) => Promise<T>,
): Promise<T | Page> {
  const { people } = visit.world
  const { hash } = visit.session
  const memberships = request.resource === 'core' ? await people.workspaces(hash) : []
  const wanted = visit.form.text('workspace') || visit.query.text('workspace')
  const place = placeOf(request.resource, memberships, wanted)
  switch (place.kind) {
    case 'workspace':
      return (await people.inWorkspace({ hash, slug: place.slug }, work)) ?? noPlacePage(visit, request)
    case 'choose':
      return choosePage(visit, request, memberships)
    case 'none':
    case 'elsewhere':
      return noPlacePage(visit, request)
  }
}

/** A small form of its own: roles and stores depend on the workspace. */
function choosePage(visit: SessionVisit, request: Interaction, memberships: readonly Membership[]): Page {
  const lines = memberships.map(
    (
      { slug, name },
      index,
    ) => html`<label class="choice"><input type="radio" name="workspace" value="${slug}" ${index === 0 ? html`checked` : ''}>
<span>${visibleText(name)} <small class="mono">${slug}</small></span></label>`,
  )
  const body = html`<section class="card consent"><h1>${quoted(request.client.name)} asks for access</h1>
${whoAsks(request.client)}
<form method="get" action="${addressOf(request.uid)}"><fieldset class="group"><legend>To which workspace?</legend>${lines}</fieldset>
<p><button>Continue</button></p></form>
${denyForm(visit, request)}</section>`
  return asked(visit, request, { title: 'Which workspace?', body, status: visit.req.method === 'GET' ? 200 : 400 })
}

/** The same words whether the workspace exists or not. */
function noPlacePage(visit: SessionVisit, request: Interaction): Page {
  const body = html`<section class="card consent"><h1>You cannot answer this here</h1>
<p>${quoted(request.client.name)} asks for a workspace of which ${visit.session.account.email} is not a member. Sign in with another account, or ask an owner or admin for an invitation, and start again in your agent.</p>
${denyForm(visit, request)}</section>`
  return asked(visit, request, { title: 'Not your workspace', body, status: 404 })
}

function denyForm(visit: SessionVisit, { uid }: Interaction): Html {
  return html`<form method="post" action="${addressOf(uid)}">${hidden('csrf', visit.csrf(uid))}
<p><button name="decision" value="deny" class="quiet">Deny</button></p></form>`
}

/** For a request that is over, was answered, or belongs to another browser. */
export function overPage({ session, csrf }: SessionVisit): Page {
  const body = html`<section class="card"><h1>This request is over</h1>
<p>It was answered already, took too long, or began in another browser. Start again in your agent.</p>
<p><a href="/console">To the start page</a></p></section>`
  const title = 'This request is over'
  return { kind: 'page', html: layout({ title, body, account: session.account, csrf: csrf() }), status: 404 }
}
