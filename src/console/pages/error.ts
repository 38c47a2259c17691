import { html } from 'hono/html'
import { toAppError } from '#kernel'
import type { Reply } from '../route.ts'
import { statusOf } from '../status-of.ts'
import { layout } from './layout.ts'

/** What went wrong in a sentence that says what to do; nothing of its cause. */
export function errorPage(thrown: unknown): Reply {
  const { code, message } = toAppError(thrown)
  const body = html`<section class="card"><h1>That did not work</h1><p>${message}</p>
<p><a href="/console">To the start page</a></p></section>`
  return { kind: 'page', html: layout({ title: 'That did not work', body }), status: statusOf(code) }
}

/** For what does not exist and for what this person may not know of, alike. */
export function notHere(): Reply {
  const body = html`<section class="card"><h1>There is nothing here</h1>
<p>The address is wrong, or this account is not a member of that workspace.</p><p><a href="/console">To the start page</a></p></section>`
  return { kind: 'page', html: layout({ title: 'Nothing here', body }), status: 404 }
}
