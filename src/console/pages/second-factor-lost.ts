import { html } from 'hono/html'
import { recordPersonal } from '../record.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { type Html, layout } from './layout.ts'
import { hidden } from './parts.ts'
import { LINK_MINUTES, letterOf } from './reset-letter.ts'

/** GET /lost-factor, for who knows the password. */
export function showLostFactor(visit: SessionVisit): Reply {
  const { world, session } = visit
  const { email } = session.account
  if (world.mailer === undefined) return lostPage(visit, operatorGives(email))
  return lostPage(
    visit,
    html`<p>A recovery code is the quickest way in. Without one, a link takes your authenticator app, passkeys and recovery
codes away, and you set up new ones. It goes to <strong>${email}</strong> and works once, for ${LINK_MINUTES} minutes.</p>
<form method="post" action="/console/lost-factor">${hidden('csrf', visit.csrf())}<p><button>Send the link</button></p></form>`,
  )
}

/** POST /lost-factor: to the account's own address, so that the password alone takes no factor away. */
export async function sendLostFactor(visit: SessionVisit): Promise<Reply> {
  throttle(visit)
  const { world, session } = visit
  const { accountId, email } = session.account
  if (world.mailer === undefined) return lostPage(visit, operatorGives(email))
  const link = {
    purpose: 'second_factor',
    accountId,
    createdBy: `account:${accountId}`,
    minutes: LINK_MINUTES,
  } as const
  const token = await world.login.issueLink(link)
  await recordPersonal(visit, accountId, { action: 'account.reset_link', subject: 'second_factor' })
  await world.mailer.send({ to: email, ...letterOf(world.base, 'second_factor', token) })
  return lostPage(
    visit,
    html`<p class="notice" role="status">The link is on its way to ${email}. It works once, for ${LINK_MINUTES} minutes.</p>`,
  )
}

function operatorGives(email: string): Html {
  return html`<p>A recovery code is the quickest way in. Without one, ask the operator of this Tillgate, who can make a link
that takes your second factor away, on its host:</p><p class="copy"><code>tillgate member reset ${email} --second-factor</code></p>`
}

function lostPage({ session, csrf }: SessionVisit, said: Html): Reply {
  const body = html`<section class="card"><h1>Lost your second factor</h1>${said}
<p class="foot"><a href="/console/second-factor">Back</a></p></section>`
  const title = 'Lost your second factor'
  return { kind: 'page', html: layout({ title, body, account: session.account, csrf: csrf() }) }
}
