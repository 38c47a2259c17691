import { html } from 'hono/html'
import type { AppError } from '#kernel'
import type { SessionVisit } from '../route.ts'
import { field, fixedEmail, newPassword } from './account-parts.ts'
import type { Html } from './layout.ts'
import { hidden, otherError } from './parts.ts'

type Password = { readonly isFresh: boolean; readonly error: AppError | undefined }

/** The part of the account's page that changes the password; only with a fresh second factor. */
export function passwordCard({ csrf, session }: SessionVisit, { isFresh, error }: Password): Html | '' {
  if (!isFresh) return ''
  const current = field({
    name: 'current',
    label: 'Password now',
    type: 'password',
    autocomplete: 'current-password',
    error,
  })
  const form = html`<form method="post" action="/console/account/password">${hidden('csrf', csrf())}
<div hidden>${fixedEmail(session.account.email)}</div>${otherError(error, ['current', 'next'])}
${current}${newPassword({ error, name: 'next', label: 'New password' })}<p><button class="quiet">Change the password</button></p></form>`
  return html`<section class="card middle" id="password"><h2>Password</h2>
${error ? form : html`<details><summary>Change it</summary>${form}</details>`}</section>`
}
