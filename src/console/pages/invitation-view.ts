import { html } from 'hono/html'
import type { LoginSession } from '#identity'
import type { AppError } from '#kernel'
import type { InvitationPreview } from '#store'
import { via } from '../return-path.ts'
import type { Reply, Visit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { seatWords } from '../who-words.ts'
import { field, fixedEmail, newPassword } from './account-parts.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'
import { when } from './when.ts'

type Newcomer = { readonly invitation: InvitationPreview; readonly name: string; readonly error?: AppError }

/** For who has no account yet. */
export function newcomerPage(visit: Visit, { invitation, name, error }: Newcomer): Reply {
  const form = html`<form method="post" action="${visit.path}">${hidden('csrf', visit.csrf())}${otherError(error, ['name', 'password'])}
<h2>Make your account</h2>${fixedEmail(invitation.email)}
${field({ name: 'name', label: 'Your name', value: name, autocomplete: 'name', error, more: html`maxlength="100"` })}
${newPassword({ error })}<p><button>Continue</button></p></form>`
  return invitationPage(visit, { invitation, next: form, status: error ? 400 : 200 })
}

/** For who has an account. */
export function signInPage(visit: Visit, invitation: InvitationPreview): Reply {
  const next = html`<p>Sign in as <strong>${invitation.email}</strong> to join.</p>
<p><a class="button" href="${via('sign-in', visit.path)}">Sign in</a></p>`
  return invitationPage(visit, { invitation, next })
}

/** For the very person. */
export function joinPage(visit: Visit, invitation: InvitationPreview): Reply {
  const next = html`<form method="post" action="${visit.path}">${hidden('csrf', visit.csrf())}<p><button>Join</button></p></form>`
  return invitationPage(visit, { invitation, next })
}

type Page = { readonly invitation: InvitationPreview; readonly next: Html; readonly status?: number }

function invitationPage(visit: Visit, { invitation, next, status = 200 }: Page): Reply {
  const { name, seat, expiresAt } = invitation
  const body = html`<section class="card"><p class="lead">You are invited to</p><h1 class="invited">${visibleText(name)}</h1>
<p>as <strong>${seatWords[seat].name}</strong>: ${seatWords[seat].may}. <small>The invitation ends ${when(expiresAt, visit.world.clock())}.</small></p>
${next}</section>`
  return page(visit, { title: `Invitation to ${visibleText(name)}`, body, status })
}

/** Says nothing of the workspace: it is none of this person's business. */
export function otherAccountPage(visit: Visit, { account }: LoginSession): Reply {
  const body = html`<section class="card"><h1>This invitation is for somebody else</h1>
<p>You are signed in as <strong>${account.email}</strong>, and it was sent to another address. If that is yours too, sign out and open it again.</p>
<form method="post" action="/console/sign-out">${hidden('csrf', visit.csrf())}${hidden('return', visit.path)}
<p><button>Sign out and go on</button></p></form></section>`
  return page(visit, { title: 'For somebody else', body, status: 403 })
}

const sentences = {
  accepted: 'It was accepted already. If that was you, sign in.',
  withdrawn: 'It was withdrawn, or a newer one took its place. Look for a newer mail, or ask for another one.',
  expired: 'It is too old. Ask for another one.',
} as const

export function notOpenPage({ state }: InvitationPreview): Reply {
  const sentence = state === 'open' ? '' : sentences[state]
  const body = html`<section class="card"><h1>This invitation is over</h1><p>${sentence}</p>
<p><a href="/console">To the start page</a></p></section>`
  return { kind: 'page', html: layout({ title: 'This invitation is over', body }), status: 410 }
}

export function unknownPage(): Reply {
  const body = html`<section class="card"><h1>There is no such invitation</h1>
<p>Look whether the whole link was copied, or ask for another one.</p><p><a href="/console">To the start page</a></p></section>`
  return { kind: 'page', html: layout({ title: 'No such invitation', body }), status: 404 }
}

function page({ session, csrf }: Visit, { title, body, status }: { title: string; body: Html; status: number }): Reply {
  return { kind: 'page', html: layout({ title, body, account: session?.account, csrf: csrf() }), status }
}
