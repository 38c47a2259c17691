import { html } from 'hono/html'
import type { AppError } from '#kernel'
import { judge } from '../guard.ts'
import { refusalStatus } from '../refused.ts'
import { via } from '../return-path.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { seatWords } from '../who-words.ts'
import { accountNotice } from './account-done.ts'
import { factorsCard } from './account-factors.ts'
import { passwordCard } from './account-password-form.ts'
import { sessionsCard } from './account-sessions-table.ts'
import { type Html, layout } from './layout.ts'

/** GET /account: who you are, how you sign in, and where you are signed in. */
export function showAccount(visit: SessionVisit): Promise<Reply> {
  return accountPage(visit)
}

/** The page, with the error of its password form where there is one. */
export async function accountPage(visit: SessionVisit, error?: AppError): Promise<Reply> {
  const { world, session, csrf } = visit
  const { accountId } = session.account
  const isFresh = judge('fresh', session, world.clock()) === 'pass'
  const factors = await world.login.factors(accountId)
  const sessions = await world.login.sessions(accountId)
  const body = html`${accountNotice(visit)}${isFresh ? '' : confirmFirst()}
<section class="card middle"><h1>Your account</h1>${await facts(visit)}</section>
${passwordCard(visit, { isFresh, error })}${factorsCard(visit, { isFresh, factors })}${sessionsCard(visit, sessions)}`
  const page = layout({ title: 'Your account', body, account: session.account, csrf: csrf(), passkeys: true })
  return { kind: 'page', html: page, status: refusalStatus(error) }
}

/** What a form asked for would be lost on the way to the second factor, so it is shown first. */
function confirmFirst(): Html {
  return html`<p class="notice">To change how you sign in, <a href="${via('second-factor', '/console/account')}">confirm that it is you</a> first.</p>`
}

async function facts({ world, session }: SessionVisit): Promise<Html> {
  const { email, name } = session.account
  const places = await world.people.workspaces(session.hash)
  const lines = places.map(
    (place) =>
      html`<li><a href="/console/w/${place.slug}">${visibleText(place.name)}</a> <small>${seatWords[place.seat].name}</small></li>`,
  )
  return html`<dl class="facts"><dt>Name</dt><dd>${visibleText(name)}</dd><dt>E-mail</dt><dd>${email}</dd>
<dt>Workspaces</dt><dd>${lines.length === 0 ? 'none yet' : html`<ul>${lines}</ul>`}</dd></dl>`
}
