import { html } from 'hono/html'
import { SCOPES, type Scope, scopeChanges, scopeWords } from '#commerce'
import type { ConnectedStore } from '#identity'
import type { AppError } from '#kernel'
import { visibleText } from '../visible-text.ts'
import type { Html } from './layout.ts'
import { checked, describedBy, fieldError, group, hidden, otherError } from './parts.ts'
import type { RoleFields } from './roles-fields.ts'
import { table } from './table.ts'

export type RoleForm = {
  readonly to: string
  readonly csrf: string
  readonly fields: RoleFields
  readonly stores: readonly ConnectedStore[]
  readonly error?: AppError | undefined
  /** Of the role that is edited; absent for a new one, which has a field for its name instead. */
  readonly version?: number | undefined
  readonly name?: string | undefined
}

const FIELDS = [
  'name',
  'scope',
  'personal',
  'strangers_text',
  'store',
  'per_second',
  'burst',
  'concurrency',
  'expires_days',
]

/** Everything that a role says, as one form. */
export function roleForm(form: RoleForm): Html {
  const { to, csrf, fields, error, version } = form
  return html`<form method="post" action="${to}">${hidden('csrf', csrf)}${otherError(error, FIELDS)}
${version === undefined ? nameField(form) : hidden('version', String(version))}
${group({ field: 'scope', legend: 'What its agents may do', error }, scopeGrid(fields))}
${treatment({ field: 'personal', legend: 'Personal data of customers', words: PERSONAL, value: fields.personal, error })}
${treatment({ field: 'strangers_text', legend: 'Text that customers and other strangers wrote', words: STRANGERS_TEXT, value: fields.strangersText, error })}
${storesField(form)}${limitFields(form)}
<p><button>${version === undefined ? 'Make this role' : 'Look at the change'}</button></p></form>`
}

function nameField({ name = '', error }: RoleForm): Html {
  return html`<div class="field"><label for="name">Name</label>${fieldError(error, 'name')}
<input id="name" name="name" value="${name}" ${describedBy(error, 'name')} maxlength="100" required autocomplete="off"></div>`
}

type Cells = { readonly resource: string; readonly scopes: readonly Scope[] }

/** Resource by effect: what looks, what changes, and what deletes or reveals. */
function scopeGrid({ scopes: chosen }: RoleFields): Html {
  const resources = [...new Set(SCOPES.map(resourceOf))]
  const rows = resources.map((resource) => ({ resource, scopes: SCOPES.filter((s) => resourceOf(s) === resource) }))
  const cell = (isHere: (scope: Scope) => boolean) => (row: Cells) =>
    html`${row.scopes.filter(isHere).map((scope) => scopeBox(scope, chosen.includes(scope)))}`
  return table({
    caption: 'Scopes by resource and effect',
    rows,
    columns: [
      { head: 'Resource', cell: ({ resource }) => resource },
      { head: 'See', cell: cell((scope) => !scopeChanges(scope) && !isGrave(scope)) },
      { head: 'Change', cell: cell((scope) => scopeChanges(scope) && !isGrave(scope)) },
      { head: 'Delete, reveal', cell: cell(isGrave) },
    ],
  })
}

const resourceOf = (scope: Scope) => scope.split(':')[0] ?? scope

const isGrave = (scope: Scope) => scope.endsWith(':delete') || scope.endsWith(':reveal')

function scopeBox(scope: Scope, isChosen: boolean): Html {
  return html`<label class="choice"><input type="checkbox" name="scope" value="${scope}" ${checked(isChosen)}>
<span>${scopeWords[scope]} <small class="mono">${scope}</small></span></label>`
}

type Words = readonly (readonly [value: string, words: string])[]

const PERSONAL: Words = [
  ['drop', 'left out'],
  ['mask', 'masked, for example [email]'],
  ['pseudonym', 'pseudonyms; in this version they act as masked'],
  ['clear', 'in clear; in this version it acts as masked'],
]

const STRANGERS_TEXT: Words = [
  ['drop', 'left out'],
  ['handle', 'handles to open one by one; in this version they act as marked'],
  ['mark', 'shown between marks that say whose words they are'],
]

type Treatment = { field: string; legend: string; words: Words; value: string; error: AppError | undefined }

function treatment({ field, legend, words, value, error }: Treatment): Html {
  const lines = words.map(([each, text]) => radio(field, each, { isChosen: each === value, text }))
  return group({ field, legend, error }, html`${lines}`)
}

function radio(name: string, value: string, { isChosen, text }: { isChosen: boolean; text: string }): Html {
  return html`<label class="choice"><input type="radio" name="${name}" value="${value}" ${checked(isChosen)}> <span>${text}</span></label>`
}

function storesField({ fields, stores, error }: RoleForm): Html {
  // A handle that the role names stays on the form even where its store is gone.
  const handles = [...new Set([...stores.map(({ handle }) => handle), ...fields.stores])]
  const boxes = handles.map(
    (
      handle,
    ) => html`<label class="choice inner"><input type="checkbox" name="store" value="${handle}" ${checked(fields.stores.includes(handle))}>
<span class="mono">${visibleText(handle)}</span></label>`,
  )
  const all = radio('reach', 'all', { isChosen: fields.reach !== 'some', text: 'every store that a grant names' })
  const some = radio('reach', 'some', { isChosen: fields.reach === 'some', text: 'only these:' })
  return group({ field: 'store', legend: 'Which stores it reaches', error }, html`${all}${some}${boxes}`)
}

const LIMITS = [
  ['per_second', 'perSecond', 'Calls a second', ''],
  ['burst', 'burst', 'Calls at once on top', ''],
  ['concurrency', 'concurrency', 'Calls under way at the same time', ''],
  ['expires_days', 'expiresDays', 'Longest life of a connection, in days', 'Empty: not limited by the role.'],
] as const

function limitFields({ fields, error }: RoleForm): Html {
  const lines = LIMITS.map(
    ([
      name,
      key,
      label,
      hint,
    ]) => html`<div class="field"><label for="${name}">${label}</label>${fieldError(error, name)}
<input id="${name}" name="${name}" value="${fields[key]}" ${describedBy(error, name)} inputmode="decimal" autocomplete="off">${hint === '' ? '' : html` <span class="hint">${hint}</span>`}</div>`,
  )
  return html`<fieldset class="group"><legend>Limits</legend>${lines}</fieldset>`
}
