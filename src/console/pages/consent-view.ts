import { html } from 'hono/html'
import type { AskingClient, Interaction } from '#identity'
import type { AppError } from '#kernel'
import type { Reply, SessionVisit } from '../route.ts'
import { quoted, visibleText } from '../visible-text.ts'
import { askedBeyond, type Selection, type Standing, scopesOnOffer } from './consent-choice.ts'
import { daysGroup, grantsGroup, rolesGroup, storesGroup } from './consent-groups.ts'
import { outsideOffer, scopesGroup, wordsOf } from './consent-scopes.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'

export type Page = Extract<Reply, { kind: 'page' }>

/** All that the page which asks is made of. */
export type Asking = {
  readonly visit: SessionVisit
  readonly request: Interaction
  readonly workspace: { readonly slug: string; readonly name: string }
  readonly standing: Standing
  readonly selection: Selection
  readonly error?: AppError | undefined
}

const FIELDS = ['grant', 'store', 'role', 'scope', 'days']

/** The page that asks, readable in ten seconds: who, where, what, and until when. */
export function consentPage(asking: Asking): Page {
  const { visit, request, workspace, standing, error } = asking
  const { client } = request
  const isPossible = standing.offered.length > 0 && standing.stores.length > 0
  const body = html`<form class="card wide consent" method="post" action="${addressOf(request.uid)}">
${hidden('csrf', visit.csrf(request.uid))}${hidden('workspace', workspace.slug)}
<h1>${quoted(client.name)} asks to work in <strong class="place">${visibleText(workspace.name)}</strong></h1>
${whoAsks(client)}
${otherError(error, FIELDS)}
${isPossible ? choices(asking) : impossible(standing)}
<p class="decide"><button name="decision" value="deny" class="quiet">Deny</button>
${isPossible ? html`<button name="decision" value="allow">Allow</button>` : ''}</p>
</form>`
  return asked(visit, request, { title: 'An agent asks for access', body, status: error ? 400 : 200 })
}

/** The frame of every page that has the form's answer go to the client. */
export function asked(
  visit: SessionVisit,
  { client }: Interaction,
  { title, body, status = 200 }: { title: string; body: Html; status?: number },
): Page {
  const page = layout({ title, body, account: visit.session.account, csrf: visit.csrf() })
  return { kind: 'page', html: page, status, formAction: client.redirectSource }
}

export function addressOf(uid: string): string {
  return `/console/consent/${encodeURIComponent(uid)}`
}

/** What can be known of who asks. */
export function whoAsks(client: AskingClient): Html {
  return html`<dl class="facts"><dt>Who</dt><dd>${vouching(client)}</dd>
<dt>The answer goes to</dt><dd class="mono">${visibleText(client.redirectHost)}</dd></dl>
${client.isLocalOnly ? html`<p class="warning">It runs on a computer, not on a website: any program on your computer can pose as it. Go on only if you have just started this yourself.</p>` : ''}`
}

function vouching({ origin, documentHost }: AskingClient): Html {
  switch (origin) {
    case 'document':
      return html`vouched for by <strong class="mono">${visibleText(documentHost ?? '')}</strong>`
    case 'registered':
      return html`registered itself: nobody vouches for this name`
    case 'operator':
      return html`registered by the operator of this Tillgate`
  }
}

function choices(asking: Asking): Html {
  const { request, standing, selection, error, visit } = asking
  const now = visit.world.clock()
  return html`${asksForMore(asking)}
${standing.grants.length > 0 ? grantsGroup({ grants: standing.grants, selection, error, now }) : ''}
${storesGroup({ standing, selection, error })}
${rolesGroup({ standing, selection, error, asked: request.scopes })}
${scopesGroup({ standing, selection, error, asked: request.scopes })}
${outsideOffer(standing, request.scopes)}
${daysGroup({ selection, error, now })}`
}

/** A client that is known already and wants more: the difference first. */
function asksForMore({ request, standing }: Asking): Html | '' {
  const [kept] = standing.grants
  if (kept === undefined || request.scopes === undefined) return ''
  // What no role gives is not on offer; a line below the boxes says so.
  const offered = scopesOnOffer(standing.offered)
  const more = askedBeyond(request.scopes, kept).filter((scope) => offered.includes(scope))
  if (more.length === 0) return html`<p class="notice">It asks for nothing more than it has, or than you can give.</p>`
  return html`<section class="notice more"><h2>It asks for more</h2>
<ul>${more.map((scope) => html`<li>${wordsOf(scope)}</li>`)}</ul>
<p>It already may: ${kept.scopes.map(wordsOf).join('; ')}.</p></section>`
}

function impossible({ offered }: Standing): Html {
  const sentence =
    offered.length === 0
      ? 'No role in this workspace has anything that your seat can give. Ask an owner or an admin.'
      : 'This workspace has no store yet, so there is nothing that an agent could work on. The operator connects stores.'
  return html`<p class="notice">${sentence}</p>`
}
