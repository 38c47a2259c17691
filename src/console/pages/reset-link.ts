import { html } from 'hono/html'
import type { Account } from '#identity'
import { AppError } from '#kernel'
import { recordPersonal } from '../record.ts'
import type { Reply, Visit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { fixedEmail, newPassword } from './account-parts.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'
import { signInSaying } from './sign-in.ts'

type Link = { readonly purpose: 'password' | 'second_factor'; readonly account: Account }

/** GET /reset/:token: what the link is for. Looking does not use it up. */
export async function showResetLink(visit: Visit): Promise<Reply> {
  const link = await linkOf(visit)
  return link ? linkPage(visit, link) : overPage()
}

/** POST /reset/:token. */
export async function useResetLink(visit: Visit): Promise<Reply> {
  throttle(visit)
  const link = await linkOf(visit)
  if (!link) return overPage()
  try {
    return (await use(visit, link)) ? done(visit, link) : overPage()
  } catch (error) {
    if (error instanceof AppError && error.field !== undefined) return linkPage(visit, link, error)
    throw error
  }
}

async function linkOf({ world, params }: Visit): Promise<Link | undefined> {
  const { purpose, account } = (await world.login.readLink(params.token ?? '')) ?? {}
  return account && (purpose === 'password' || purpose === 'second_factor') ? { purpose, account } : undefined
}

function use({ world, params, form }: Visit, { purpose }: Link): Promise<boolean> {
  const token = params.token ?? ''
  return purpose === 'password'
    ? world.login.resetPassword(token, form.raw('password'))
    : world.login.resetSecondFactor(token)
}

async function done(visit: Visit, { purpose, account }: Link): Promise<Reply> {
  await recordPersonal(visit, account.accountId, { action: 'account.reset', subject: purpose })
  return { kind: 'redirect', to: signInSaying(purpose === 'password' ? 'password_reset' : 'factor_reset') }
}

function linkPage(visit: Visit, { purpose, account }: Link, error?: AppError): Reply {
  const title = purpose === 'password' ? 'Choose a new password' : 'Take the second factor away'
  const inside = purpose === 'password' ? passwordFields(account, error) : factorWords(account)
  const body = html`<section class="card"><h1>${title}</h1>${otherError(error, ['password'])}
<form method="post" action="/console/reset/${visit.params.token}">${hidden('csrf', visit.csrf())}${inside}</form></section>`
  return { kind: 'page', html: layout({ title, body }), status: error ? 400 : 200 }
}

function passwordFields({ email }: Account, error: AppError | undefined): Html {
  return html`<p class="lead">Every session of the account ends with it.</p>
${fixedEmail(email)}
${newPassword({ error, label: 'New password' })}<p><button>Set the password</button></p>`
}

function factorWords({ email }: Account): Html {
  return html`<p>The authenticator app, passkeys and recovery codes of <strong>${email}</strong> stop working, and every session
ends. The password stays: sign in with it and set up a new second factor.</p>
<p><button class="danger">Take the second factor away</button></p>`
}

function overPage(): Reply {
  const body = html`<section class="card"><h1>This link is over</h1>
<p>It was used already, is too old, or a newer one was made.</p><p><a href="/console/sign-in">To the sign-in</a></p></section>`
  return { kind: 'page', html: layout({ title: 'This link is over', body }), status: 404 }
}
