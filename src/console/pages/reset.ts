import { html } from 'hono/html'
import type { Reply, Visit } from '../route.ts'
import { throttle } from '../throttle.ts'
import type { ConsoleWorld } from '../world.ts'
import { field } from './account-parts.ts'
import { type Html, layout } from './layout.ts'
import { hidden } from './parts.ts'
import { LINK_MINUTES, letterOf } from './reset-letter.ts'

/** GET /reset: a new password for who forgot it. */
export function showReset(visit: Visit): Reply {
  if (visit.world.mailer === undefined) return resetPage(operatorGives())
  const more = html`autofocus`
  return resetPage(html`<p class="lead">We send you a link with which you choose a new one.</p>
<form method="post" action="/console/reset">${hidden('csrf', visit.csrf())}
${field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', more })}
<p><button>Send the link</button></p></form>`)
}

/** POST /reset: the same answer, as quickly, whether there is such an account or not. */
export function askReset(visit: Visit): Reply {
  throttle(visit)
  const { world, form } = visit
  if (world.mailer === undefined) return resetPage(operatorGives())
  sendLink(world, form.text('email')).catch(world.onMistake)
  return resetPage(html`<p class="notice" role="status">If there is an account with this address, a link is on its way to it.
It works once, for ${LINK_MINUTES} minutes.</p>`)
}

async function sendLink({ login, mailer, base }: ConsoleWorld, email: string): Promise<void> {
  const account = await login.accountByEmail(email)
  if (account === undefined) return
  const { accountId } = account
  const link = { purpose: 'password', accountId, createdBy: `account:${accountId}`, minutes: LINK_MINUTES } as const
  const token = await login.issueLink(link)
  await mailer?.send({ to: account.email, ...letterOf(base, 'password', token) })
}

function operatorGives(): Html {
  return html`<p>This Tillgate sends no mail. Ask its operator, who can make a link for a new password on its host:</p>
<p class="copy"><code>tillgate member reset EMAIL</code></p>`
}

function resetPage(said: Html): Reply {
  const body = html`<section class="card"><h1>A new password</h1>${said}
<p class="foot"><a href="/console/sign-in">Back to the sign-in</a></p></section>`
  return { kind: 'page', html: layout({ title: 'A new password', body }) }
}
