import { SCOPES, scopeWords } from '#commerce'
import { PERSONAL_TREATMENTS, type RoleDefinition, STRANGERS_TEXT_TREATMENTS } from './role.ts'
import { personalWords, strangersTextWords } from './words.ts'

/** One thing in which two versions of a role differ, in plain words. */
export type RoleDifference = {
  readonly what: string
  readonly before: string
  readonly after: string
  /** Whether it lets agents do or see more than before; such a change waits until it is accepted. */
  readonly widens: boolean
}

/** What a change of a role means for its agents. Empty where both definitions say the same. */
export function roleDifferences(before: RoleDefinition, after: RoleDefinition): RoleDifference[] {
  return [
    ...scopeDifferences(before, after),
    ...ordered('personal data', [before.personal, after.personal], {
      order: PERSONAL_TREATMENTS,
      words: personalWords,
    }),
    ...ordered("strangers' text", [before.strangers_text, after.strangers_text], {
      order: STRANGERS_TEXT_TREATMENTS,
      words: strangersTextWords,
    }),
    ...storeDifference(before.stores, after.stores),
    ...numeric('calls a second', before.limits.per_second, after.limits.per_second),
    ...numeric('calls at once on top', before.limits.burst, after.limits.burst),
    ...numeric('calls under way at the same time', before.limits.concurrency, after.limits.concurrency),
    ...lifeDifference(before.expires_days, after.expires_days),
  ]
}

function scopeDifferences(before: RoleDefinition, after: RoleDefinition): RoleDifference[] {
  return SCOPES.flatMap((scope): RoleDifference[] => {
    const had = before.scopes.includes(scope)
    const has = after.scopes.includes(scope)
    if (had === has) return []
    return has
      ? [{ what: 'may now', before: '', after: scopeWords[scope], widens: true }]
      : [{ what: 'may no longer', before: scopeWords[scope], after: '', widens: false }]
  })
}

type Ordered<T extends string> = { readonly order: readonly T[]; readonly words: Readonly<Record<T, string>> }

function ordered<T extends string>(what: string, [before, after]: [T, T], { order, words }: Ordered<T>) {
  if (before === after) return []
  return [{ what, before: words[before], after: words[after], widens: order.indexOf(after) > order.indexOf(before) }]
}

function storeDifference(before: RoleDefinition['stores'], after: RoleDefinition['stores']): RoleDifference[] {
  const gains = before !== 'all' && (after === 'all' || after.some((handle) => !before.includes(handle)))
  const loses = after !== 'all' && (before === 'all' || before.some((handle) => !after.includes(handle)))
  if (!gains && !loses) return []
  return [{ what: 'stores', before: storeWords(before), after: storeWords(after), widens: gains }]
}

function storeWords(stores: RoleDefinition['stores']): string {
  if (stores === 'all') return 'all stores of the grant'
  return stores.length === 0 ? 'none' : stores.join(', ')
}

function numeric(what: string, before: number, after: number): RoleDifference[] {
  if (before === after) return []
  return [{ what, before: String(before), after: String(after), widens: after > before }]
}

function lifeDifference(before: number | undefined, after: number | undefined): RoleDifference[] {
  if (before === after) return []
  const widens = (after ?? Number.POSITIVE_INFINITY) > (before ?? Number.POSITIVE_INFINITY)
  return [{ what: 'longest life of a grant', before: lifeWords(before), after: lifeWords(after), widens }]
}

function lifeWords(days: number | undefined): string {
  if (days === undefined) return 'not limited by the role'
  return days === 1 ? '1 day' : `${days} days`
}
