import { html } from 'hono/html'
import type { Factors } from '#identity'
import type { AppError } from '#kernel'
import type { Html } from './layout.ts'
import { fieldError } from './parts.ts'

export type Field = {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  readonly value?: string
  readonly autocomplete: string
  readonly hint?: Html | string
  readonly error?: AppError | undefined
  readonly isOptional?: boolean
  /** Further attributes. */
  readonly more?: Html
}

/** One field of a form with its label, its hint and the sentence of an error that is about it. */
export function field(shown: Field): Html {
  const { name, label, type = 'text', value = '', autocomplete, hint, error, isOptional = false, more = '' } = shown
  const isWrong = error?.field === name
  const said = [isWrong ? `error-${name}` : '', hint === undefined ? '' : `hint-${name}`].join(' ').trim()
  return html`<div class="field"><label for="${name}">${label}</label>${fieldError(error, name)}
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}"
${isOptional ? '' : html`required`} ${more} ${said === '' ? '' : html`aria-describedby="${said}"`} ${isWrong ? html`aria-invalid="true"` : ''}>
${hint === undefined ? '' : html`<span class="hint" id="hint-${name}">${hint}</span>`}</div>`
}

type NewPassword = { readonly error: AppError | undefined; readonly name?: string; readonly label?: string }

/** A password that is chosen now. */
export function newPassword({ error, name = 'password', label = 'Password' }: NewPassword): Html {
  const hint = 'At least 12 characters. A few words in a row are good.'
  const more = html`minlength="12" maxlength="128"`
  return field({ name, label, type: 'password', autocomplete: 'new-password', hint, error, more })
}

/** The address that a password is for: to be read, and for password managers. */
export function fixedEmail(email: string): Html {
  return html`<div class="field"><label for="email">E-mail</label>
<input id="email" type="email" value="${email}" autocomplete="username" readonly></div>`
}

/** A code of an authenticator app; phones show digits for it. */
export function codeField(label: string): Html {
  return html`<div class="field"><label for="code">${label}</label>
<input id="code" name="code" class="code" autocomplete="one-time-code" inputmode="numeric" maxlength="12" required autofocus></div>`
}

type PasskeyBlock = {
  readonly ceremony: 'sign-in' | 'confirm' | 'add'
  readonly csrf: string
  /** Where to go on. */
  readonly to: string
  readonly text: string
  readonly look?: 'quiet' | ''
  readonly before?: Html
  readonly after?: Html
}

/** A button that passkeys.js shows and drives; it stays hidden where there is no script. */
export function passkeyBlock({ ceremony, csrf, to, text, look = '', before, after }: PasskeyBlock): Html {
  return html`<div class="passkey" data-passkey="${ceremony}" data-csrf="${csrf}" data-to="${to}" hidden>
${before ?? ''}<button type="button" class="${look}">${text}</button><p role="status"></p>${after ?? ''}</div>`
}

/** Whether there is anything that a session could show as its second factor. */
export function hasFactor({ totp, passkeys }: Factors): boolean {
  return totp || passkeys.length > 0
}
