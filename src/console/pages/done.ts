import { html } from 'hono/html'
import type { WorkspaceVisit } from '../route.ts'
import type { Html } from './layout.ts'

/** What was done, for the page that a form leads back to; only these words can be put there. */
const words = {
  revoked: 'The agent is stopped for good; its next call is refused.',
  quarantined: 'The agent is in quarantine: it can only read, and sees neither personal data nor text of strangers.',
  released: 'The agent is out of quarantine.',
  accepted: 'The wider role reaches the agent from its next call on.',
  frozen: 'The workspace is frozen: no agent can do anything in it.',
  unfrozen: 'The agents of the workspace go on.',
  role_changed: 'The role is changed. What narrows acts on the next call; what widens waits for a yes.',
  role_made: 'The role is there.',
  same: 'Nothing was changed.',
  invited: 'The invitation is on its way by mail.',
  withdrawn: 'The invitation opens nothing any more.',
  seat_changed: 'The seat is changed, and what the agents of this member may do with it.',
  removed: 'The member is removed, and the agents of this member are stopped.',
} as const

export type Done = keyof typeof words

/** The sentence for `?done=` of the address, or nothing. */
export function doneNotice({ query }: WorkspaceVisit): Html | '' {
  const done = query.text('done')
  return isDone(done) ? html`<p class="notice" role="status">${words[done]}</p>` : ''
}

function isDone(word: string): word is Done {
  return Object.hasOwn(words, word)
}
