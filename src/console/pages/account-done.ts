import { html } from 'hono/html'
import type { Reply, SessionVisit } from '../route.ts'
import type { Html } from './layout.ts'

/** What was done, for the page that a form leads back to. */
const words = {
  password: 'The password is changed, and every other session is ended.',
  passkey_added: 'The passkey is set up.',
  passkey_removed: 'The passkey is removed.',
  session_ended: 'The session is ended.',
  others_ended: 'Every other session is ended.',
} as const

/** Back to the page with a word for what was done. */
export function backToAccount(done: keyof typeof words): Reply {
  return { kind: 'redirect', to: accountSaying(done) }
}

export function accountSaying(done: keyof typeof words): string {
  return `/console/account?${new URLSearchParams({ done })}`
}

/** The sentence for `?done=` of the address, or nothing. */
export function accountNotice({ query }: SessionVisit): Html | '' {
  const done = query.text('done')
  return isDone(done) ? html`<p class="notice" role="status">${words[done]}</p>` : ''
}

function isDone(word: string): word is keyof typeof words {
  return Object.hasOwn(words, word)
}
