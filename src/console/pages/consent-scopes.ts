import { html } from 'hono/html'
import { isScope, type Scope, scopeChanges, scopeWords } from '#commerce'
import type { AppError } from '#kernel'
import { visibleText } from '../visible-text.ts'
import { type Selection, type Standing, scopesOnOffer } from './consent-choice.ts'
import type { Html } from './layout.ts'
import { checked, group } from './parts.ts'

/** For how many roles the style sheet hides the boxes that the chosen role does not have. */
const ROLES_STYLED_MAX = 10

type Scopes = {
  readonly standing: Standing
  readonly selection: Selection
  readonly error: AppError | undefined
  readonly asked: readonly Scope[] | undefined
}

/** What the agent may do, each thing once; the server takes only what the chosen role has. */
export function scopesGroup({ standing, selection, error, asked }: Scopes): Html {
  const scopes = scopesOnOffer(standing.offered)
  const isStyled = standing.offered.length <= ROLES_STYLED_MAX
  const boxes = (title: string, of: readonly Scope[]) => {
    const indices = new Set(of.flatMap((scope) => rolesWith(standing, scope)))
    if (of.length === 0) return ''
    return html`<div class="kind${classes(indices)}" role="group" aria-label="${title}"><p class="kind-title">${title}</p>
${of.map((scope) => box({ scope, standing, selection, asked, isStyled }))}</div>`
  }
  const hint = isStyled ? undefined : 'Only what the chosen role has counts; the roles are named behind each line.'
  return group(
    { field: 'scope', legend: 'What it may do', error, ...(hint && { hint }) },
    html`<div class="scopes${isStyled ? ' by-role' : ''}">${boxes(
      'See',
      scopes.filter((scope) => !scopeChanges(scope)),
    )}${boxes('Change', scopes.filter(scopeChanges))}</div>`,
  )
}

type Box = Omit<Scopes, 'error'> & { readonly scope: Scope; readonly isStyled: boolean }

function box({ scope, standing, selection, asked, isStyled }: Box): Html {
  const [kept] = standing.grants
  const isNew = kept !== undefined && asked?.includes(scope) === true && !kept.scopes.includes(scope)
  const roles = rolesWith(standing, scope)
  const named = roles.map((index) => visibleText(standing.offered[index]?.role.name ?? '')).join(', ')
  return html`<label class="choice scope${classes(roles)}"><input type="checkbox" name="scope" value="${scope}" ${checked(selection.scopes.includes(scope))}>
<span>${scopeWords[scope]}${isNew ? html` <span class="badge new">new</span>` : ''} <small class="mono">${scope}</small>${isStyled ? '' : html` <small>(${named})</small>`}</span></label>`
}

function rolesWith({ offered }: Standing, scope: Scope): number[] {
  return offered.flatMap(({ gives }, index) => (gives.includes(scope) ? [index] : []))
}

function classes(indices: Iterable<number>): string {
  return [...indices].map((index) => ` in-r${index}`).join('')
}

/** What was asked for and no role gives: said, so that nobody wonders. */
export function outsideOffer({ offered }: Standing, asked: readonly Scope[] | undefined): Html | '' {
  const there = scopesOnOffer(offered)
  const missing = (asked ?? []).filter((scope) => !there.includes(scope))
  if (missing.length === 0) return ''
  return html`<p class="hint">It also asked to: ${missing.map(wordsOf).join('; ')}. No role that you can give has this.</p>`
}

/** A scope in plain words, also one that this version does not know. */
export function wordsOf(scope: string): string {
  return isScope(scope) ? scopeWords[scope] : visibleText(scope)
}
