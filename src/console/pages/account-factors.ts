import { html } from 'hono/html'
import type { Factors, PasskeySummary } from '#identity'
import { via } from '../return-path.ts'
import type { SessionVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { accountSaying } from './account-done.ts'
import { passkeyBlock } from './account-parts.ts'
import { passkeyName } from './enrol-view.ts'
import type { Html } from './layout.ts'
import { actButton, hidden } from './parts.ts'
import { type Column, table } from './table.ts'
import { when } from './when.ts'

type Shown = { readonly isFresh: boolean; readonly factors: Factors }

/** The part of the account's page about second factors; they change only with a fresh one. */
export function factorsCard(visit: SessionVisit, { isFresh, factors }: Shown): Html {
  const { totp, passkeys, recoveryCodesLeft } = factors
  const setUp = html`not set up${isFresh ? html`; <a href="${via('enrol', '/console/account')}">set it up</a>` : ''}`
  return html`<section class="card middle" id="second-factor"><h2>Second factor</h2>
<dl class="facts"><dt>Authenticator app</dt><dd>${totp ? 'set up' : setUp}</dd>
<dt>Recovery codes</dt><dd>${recoveryCodesLeft} left${isFresh ? renewForm(visit) : ''}</dd></dl>
<h3>Passkeys</h3>${passkeys.length === 0 ? html`<p>None yet.</p>` : passkeyTable(visit, { isFresh, factors })}
${isFresh ? addBlock(visit) : ''}</section>`
}

function renewForm({ csrf }: SessionVisit): Html {
  return html`<details><summary>Make new ones</summary><form method="post" action="/console/account/recovery-codes">
${hidden('csrf', csrf())}<p class="hint">The old codes stop working at once.</p><p><button class="quiet">Make ten new codes</button></p></form></details>`
}

function passkeyTable(visit: SessionVisit, { isFresh, factors: { totp, passkeys } }: Shown): Html {
  const now = visit.world.clock()
  const isLast = passkeys.length === 1 && !totp
  const remove: Column<PasskeySummary> = {
    head: 'Remove',
    cell: ({ id, name }) => {
      if (isLast) return html`<small>the last second factor stays</small>`
      const to = `/console/account/passkeys/${encodeURIComponent(id)}/remove`
      return actButton({ to, csrf: visit.csrf(), text: 'Remove', name: visibleText(name), look: 'danger' })
    },
  }
  return table({
    caption: 'Passkeys',
    rows: passkeys,
    columns: [
      { head: 'Name', cell: ({ name }) => visibleText(name) },
      { head: 'Made', cell: ({ createdAt }) => when(createdAt, now) },
      { head: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : when(lastUsedAt, now)) },
      ...(isFresh ? [remove] : []),
    ],
  })
}

function addBlock({ csrf }: SessionVisit): Html {
  const to = accountSaying('passkey_added')
  const block = passkeyBlock({
    ceremony: 'add',
    csrf: csrf(),
    to,
    text: 'Add a passkey',
    look: 'quiet',
    before: passkeyName(),
  })
  return html`${block}<noscript><p class="hint">Adding a passkey needs JavaScript.</p></noscript>`
}
