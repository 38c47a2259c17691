import { html } from 'hono/html'
import type { Scope } from '#commerce'
import type { ConnectedStore, GrantSummary } from '#identity'
import type { AppError } from '#kernel'
import { describeAccess } from '#policy'
import { quoted, visibleText } from '../visible-text.ts'
import {
  DAYS_DEFAULT,
  NEW_GRANT,
  type OfferedRole,
  type Selection,
  type Standing,
  shownRole,
} from './consent-choice.ts'
import { wordsOf } from './consent-scopes.ts'
import type { Html } from './layout.ts'
import { checked, group, hidden } from './parts.ts'
import { exact, when } from './when.ts'

type Choice = { readonly selection: Selection; readonly error: AppError | undefined }

/** Keep a connection that the person made before, or make another. */
export function grantsGroup({
  grants,
  selection,
  error,
  now,
}: Choice & { readonly grants: readonly GrantSummary[]; readonly now: number }): Html {
  const lines = grants.map(({ grantId, role, createdAt, lastSeenAt }) => {
    const seen = lastSeenAt === null ? 'never used' : html`last used ${when(lastSeenAt, now)}`
    return html`<label class="choice"><input type="radio" name="grant" value="${grantId}" ${checked(selection.grant === grantId)}>
<span>Already connected (${when(createdAt, now)}, role ${visibleText(role)}, ${seen}): change this connection</span></label>`
  })
  const another = html`<label class="choice"><input type="radio" name="grant" value="${NEW_GRANT}" ${checked(selection.grant === undefined)}>
<span>Leave it as it is, and connect as a new one</span></label>`
  return group({ field: 'grant', legend: 'Connected before', error }, html`${lines}${another}`)
}

export function storesGroup({ standing, selection, error }: Choice & { readonly standing: Standing }): Html {
  const boxes = standing.stores.map(
    (
      store,
    ) => html`<label class="choice"><input type="checkbox" name="store" value="${store.handle}" ${checked(selection.stores.includes(store.handle))}>
<span>${storeWords(store)}</span></label>`,
  )
  return group({ field: 'store', legend: 'Which stores', error }, html`${boxes}`)
}

/** A store in one line; LIVE and TEST are words. */
function storeWords({ name, handle, mode, platform }: ConnectedStore): Html {
  return html`${quoted(name)} <span class="mono">${handle}</span> <span class="badge ${mode}">${mode.toUpperCase()}</span> <small>${platform}</small>`
}

type Roles = Choice & { readonly standing: Standing; readonly asked: readonly Scope[] | undefined }

/** What an agent can do in the chosen role stands with it; the style sheet folds the others away. */
export function rolesGroup({ standing, selection, error, asked }: Roles): Html {
  const cards = standing.offered.map((offered, index) => roleCard({ offered, index, selection, asked }))
  const hint = 'A role says what the agent may do at most. The admins of the workspace define it.'
  return group({ field: 'role', legend: 'In which role', error, hint }, html`<div class="roles">${cards}</div>`)
}

type Card = Pick<Roles, 'selection' | 'asked'> & { readonly offered: OfferedRole; readonly index: number }

function roleCard({ offered: { role, gives }, index, selection, asked }: Card): Html {
  const scopes = gives.filter((scope) => selection.scopes.includes(scope))
  const access = describeAccess({ definition: role.definition, scopes: scopes.length === 0 ? gives : scopes })
  const lacking = (asked ?? []).filter((scope) => !gives.includes(scope))
  return html`<div class="choice role"><input type="radio" name="role" value="${role.name}" id="role-${index}" class="r${index}"
aria-describedby="role-${index}-access" ${checked(role.name === selection.role)} required>${hidden('shown', shownRole(role))}
<div><label for="role-${index}">${visibleText(role.name)}</label>${bounds(role.definition)}
<dl class="access" id="role-${index}-access"><dt>Sees</dt><dd>${access.sees}</dd><dt>Changes</dt><dd>${access.changes}</dd>
<dt>Asks first</dt><dd>${access.asks}</dd>
${lacking.length === 0 ? '' : html`<dt>Lacks</dt><dd>asked for, but not in this role: ${lacking.map(wordsOf).join('; ')}</dd>`}</dl></div></div>`
}

/** What else a role limits. */
function bounds({ stores, expires_days }: OfferedRole['role']['definition']): Html {
  const reach = stores === 'all' ? '' : html` <small>only for ${stores.join(', ')}</small>`
  const life = expires_days === undefined ? '' : html` <small>at most ${dayWords(expires_days)}</small>`
  return html`${reach}${life}`
}

const DAY_MS = 86_400_000
const DAYS = [1, 7, 30, DAYS_DEFAULT]

export function daysGroup({ selection, error, now }: Choice & { readonly now: number }): Html {
  const offered = DAYS.includes(selection.days) || !(selection.days >= 1) ? DAYS : [...DAYS, selection.days]
  const lines = offered
    .sort((a, b) => a - b)
    .map((days) => {
      const until = exact(new Date(now + days * DAY_MS)).slice(0, 10)
      return html`<label class="choice"><input type="radio" name="days" value="${days}" ${checked(days === selection.days)}>
<span>${dayWords(days)} <small>until ${until}</small></span></label>`
    })
  const hint = 'A role that says less ends it sooner. You can stop the agent at any time.'
  return group({ field: 'days', legend: 'Until when', error, hint }, html`<div class="row">${lines}</div>`)
}

function dayWords(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
