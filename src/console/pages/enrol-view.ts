import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import type { Account } from '#identity'
import type { AppError } from '#kernel'
import { refusalStatus } from '../refused.ts'
import type { Reply } from '../route.ts'
import { codeField, passkeyBlock } from './account-parts.ts'
import { recoveryTemplate } from './enrol-recovery.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'

type Enrol = {
  readonly account: Account
  readonly csrf: string
  readonly to: string
  readonly totp: { readonly secret: string; readonly uri: string }
  readonly error: AppError | undefined
}

/** The page on which a second factor is chosen; the app needs no script, a passkey does. */
export function enrolPage(enrol: Enrol): Reply {
  const { account, csrf, to, error } = enrol
  const body = html`<section class="card middle"><h1>Set up a second factor</h1>
<p class="lead">A password can be stolen without anybody noticing. Nothing here opens without a second factor.</p>
${passkeyBlock({ ceremony: 'add', csrf, to, text: 'Make a passkey', before: passkeyWords(), after: html`<p class="or">or</p>` })}
<h2>Authenticator app</h2>${otherError(error, [])}${app(enrol)}</section>${recoveryTemplate(to)}`
  const page = layout({ title: 'Set up a second factor', body, account, csrf, passkeys: true })
  return { kind: 'page', html: page, status: refusalStatus(error) }
}

function passkeyWords(): Html {
  return html`<h2>Passkey</h2><p>Your fingerprint, face or the PIN of this device or of a security key. The quickest, and it cannot
be given to a false page.</p>
${passkeyName()}`
}

/** Passkeys are told apart by a name of their own. */
export function passkeyName(): Html {
  return html`<p class="field"><label for="name">Name of the passkey</label>
<input id="name" name="name" maxlength="100" placeholder="My laptop" autocomplete="off"></p>`
}

function app({ csrf, to, totp }: Enrol): Html {
  const { secret, uri } = totp
  return html`<div class="enrol"><div><div class="qr" role="img" aria-label="QR code with the key below">${raw(renderSVG(uri, { border: 2, ecc: 'M' }))}</div></div>
<div><ol><li>Scan the picture with your authenticator app. On the phone itself, <a href="${uri}">open the app</a>.</li>
<li><details><summary>Or type this key in</summary><p class="seed copy">${grouped(secret)}</p>
<p class="hint">Kind of key: by time, 6 digits, 30 seconds.</p></details></li>
<li>Type the code that the app shows now.</li></ol>
<form method="post" action="/console/enrol">${hidden('csrf', csrf)}${hidden('return', to)}
${codeField('Code')}<p><button>Set up the app</button></p></form></div></div>`
}

/** In fours, as people read keys out. */
function grouped(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ')
}
