import { html } from 'hono/html'
import type { SessionSummary } from '#identity'
import type { SessionVisit } from '../route.ts'
import { browserWords } from './account-browser.ts'
import type { Html } from './layout.ts'
import { actButton, hidden } from './parts.ts'
import { table } from './table.ts'
import { when } from './when.ts'

/** The part of the account's page about where it is signed in. Ending a session never asks for more. */
export function sessionsCard(visit: SessionVisit, sessions: readonly SessionSummary[]): Html {
  const now = visit.world.clock()
  const isThis = ({ sessionId }: SessionSummary) => sessionId === visit.session.sessionId
  const list = table({
    caption: 'Sessions',
    rows: [...sessions].sort((a, b) => Number(isThis(b)) - Number(isThis(a))),
    columns: [
      { head: 'Browser', cell: (each) => browser(each, isThis(each)) },
      { head: 'Address', cell: ({ address }) => html`<span class="mono">${address ?? 'unknown'}</span>` },
      { head: 'Signed in', cell: ({ createdAt }) => when(createdAt, now) },
      { head: 'Last used', cell: ({ lastUsedAt }) => when(lastUsedAt, now) },
      { head: 'End', cell: (each) => (isThis(each) ? '' : endButton(visit, each)) },
    ],
  })
  const others = html`<form method="post" action="/console/account/sessions/end-others">${hidden('csrf', visit.csrf())}
<p><button class="danger">Sign out everywhere else</button></p></form>`
  return html`<section class="card middle" id="sessions"><h2>Where you are signed in</h2>${list}${sessions.length > 1 ? others : ''}</section>`
}

function browser({ userAgent }: SessionSummary, isThis: boolean): Html {
  const words = browserWords(userAgent ?? '')
  return html`<span title="${userAgent ?? ''}">${words}</span>${isThis ? html` <span class="badge live">this one</span>` : ''}`
}

function endButton({ csrf }: SessionVisit, { sessionId, userAgent }: SessionSummary): Html {
  const to = `/console/account/sessions/${sessionId}/end`
  return actButton({ to, csrf: csrf(), text: 'Sign out', name: browserWords(userAgent ?? '') })
}
