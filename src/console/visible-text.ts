import { html } from 'hono/html'
import type { Html } from './pages/layout.ts'

const LENGTH_MAX = 100

// Controls, formatting such as a change of direction, what is not drawn, private use, half characters, and odd spaces.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u

/**
 * A stranger's words with nothing hidden: characters that are not drawn or that move others are written out as
 * `⟦U+202E⟧`. At most 100 characters unless told, then `…`.
 */
export function visibleText(text: string, lengthMax = LENGTH_MAX): string {
  const characters = Array.from(text, (character) => (HIDDEN.test(character) ? codePoint(character) : character))
  let shown = ''
  for (const character of characters) {
    if (shown.length + character.length > lengthMax) return `${shown}…`
    shown += character
  }
  return shown
}

/** A stranger's words as a quote: what a client, an agent or a store calls itself. */
export function quoted(text: string): Html {
  return html`<q class="theirs"><bdi>${visibleText(text)}</bdi></q>`
}

function codePoint(character: string): string {
  const number = character.codePointAt(0) ?? 0
  return `⟦U+${number.toString(16).toUpperCase().padStart(4, '0')}⟧`
}
