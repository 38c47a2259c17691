import type { RoleDefinition } from './role.ts'

/** How a role shows personal data, for people who read about it. */
export const personalWords: Readonly<Record<RoleDefinition['personal'], string>> = {
  drop: 'left out',
  mask: 'masked',
  pseudonym: 'pseudonyms',
  clear: 'in clear',
}

/** How a role shows text of strangers, for people who read about it. */
export const strangersTextWords: Readonly<Record<RoleDefinition['strangers_text'], string>> = {
  drop: 'left out',
  handle: 'handles that it can open one by one',
  mark: 'shown between marks',
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
