import { html } from 'hono/html'
import type { AppError } from '#kernel'
import { recordPersonal } from '../record.ts'
import { refusalStatus, refusedTry } from '../refused.ts'
import { returnPath, via } from '../return-path.ts'
import type { Reply, SessionVisit, Visit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { field, passkeyBlock } from './account-parts.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'

/** GET /sign-in. */
export function showSignIn(visit: Visit): Reply {
  const to = returnPath(visit.world.base, visit.query.text('return'))
  if (visit.session?.mfaAt) return { kind: 'redirect', to }
  return signInPage(visit, { to, email: '' })
}

/** POST /sign-in: the password step. Whatever session the browser had before, it gets a new one. */
export async function signIn(visit: Visit): Promise<Reply> {
  throttle(visit)
  const { world, form, caller } = visit
  const to = returnPath(world.base, form.text('return'))
  const email = form.text('email')
  const result = await world.login.signIn({ email, password: form.raw('password'), ...caller })
  if (result.kind === 'signed_in') return { kind: 'redirect', to: via('second-factor', to), cookies: result.cookies }
  const sentence = 'The e-mail address or the password is wrong.'
  return signInPage(visit, { to, email, error: refusedTry(visit, result, { step: 'sign_in', sentence }) })
}

/** POST /sign-out; `return` goes on to a page for whoever comes next. */
export async function signOut(visit: SessionVisit): Promise<Reply> {
  const { world, session, form } = visit
  const cookies = await world.login.signOut(session)
  await recordPersonal(visit, session.account.accountId, { action: 'account.sign_out' })
  const to = form.text('return') === '' ? signInSaying('signed_out') : returnPath(world.base, form.text('return'))
  return { kind: 'redirect', to, cookies }
}

/** What was done before one comes here; only these words can be put there. */
const words = {
  signed_out: 'You are signed out.',
  password_reset: 'The password is set, and every session is ended. Sign in with the new one.',
  factor_reset: 'Your second factor is taken away, and every session is ended. Sign in to set up a new one.',
} as const

/** The address of the sign-in page with a word for what was done. */
export function signInSaying(done: keyof typeof words): string {
  return `/console/sign-in?${new URLSearchParams({ done })}`
}

type Shown = { readonly to: string; readonly email: string; readonly error?: AppError }

function signInPage(visit: Visit, { to, email, error }: Shown): Reply {
  const csrf = visit.csrf()
  const before = html`<p class="or">or</p>`
  const body = html`<section class="card"><h1>Sign in</h1>${error ? '' : notice(visit)}${otherError(error, [])}
<form method="post" action="/console/sign-in">${hidden('csrf', csrf)}${hidden('return', to)}${fields(email)}
<p><button>Sign in</button></p></form>
${passkeyBlock({ ceremony: 'sign-in', csrf, to, text: 'Use a passkey', look: 'quiet', before })}
<p class="foot"><a href="/console/reset">Forgot the password?</a></p></section>`
  return { kind: 'page', html: layout({ title: 'Sign in', body, passkeys: true }), status: refusalStatus(error) }
}

/** The cursor stands where something is missing. */
function fields(email: string): Html {
  const focus = html`autofocus`
  const password = { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' } as const
  const address = { name: 'email', label: 'E-mail', type: 'email', value: email, autocomplete: 'username' } as const
  return email === ''
    ? html`${field({ ...address, more: focus })}${field(password)}`
    : html`${field(address)}${field({ ...password, more: focus })}`
}

function notice({ query }: Visit): Html | '' {
  const done = query.text('done')
  return isDone(done) ? html`<p class="notice" role="status">${words[done]}</p>` : ''
}

function isDone(word: string): word is keyof typeof words {
  return Object.hasOwn(words, word)
}
