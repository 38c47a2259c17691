import { html } from 'hono/html'
import type { Factors } from '#identity'
import type { AppError } from '#kernel'
import { recordPersonal } from '../record.ts'
import { refusalStatus, refusedTry } from '../refused.ts'
import { returnPath, via } from '../return-path.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { codeField, hasFactor, passkeyBlock } from './account-parts.ts'
import { type Html, layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'

/** GET /second-factor: after the password, and again before what needs a fresh one. */
export async function showSecondFactor(visit: SessionVisit): Promise<Reply> {
  const to = returnPath(visit.world.base, visit.query.text('return'))
  const factors = await visit.world.login.factors(visit.session.account.accountId)
  if (!hasFactor(factors)) return { kind: 'redirect', to: via('enrol', to) }
  return secondFactorPage(visit, { to, factors })
}

/** POST /second-factor: a code of the app, or a recovery code. */
export async function showCode(visit: SessionVisit): Promise<Reply> {
  throttle(visit)
  const { world, form, session } = visit
  const { accountId: account } = session.account
  const to = returnPath(world.base, form.text('return'))
  const result = await world.login.showCode(session, form.text('code'))
  if (result.kind === 'ok') {
    await recordShown(visit, 'code')
    return { kind: 'redirect', to, cookies: result.cookies }
  }
  const sentence = 'That code is wrong, or it was used already.'
  const error = refusedTry(visit, result, { step: 'second_factor', account, sentence })
  return secondFactorPage(visit, { to, factors: await world.login.factors(account), error })
}

/** Signing in ends with the first second factor of a session; a later one only confirms. */
export async function recordShown(visit: SessionVisit, how: 'code' | 'passkey'): Promise<void> {
  const action = visit.session.mfaAt === null ? 'account.sign_in' : 'account.second_factor'
  await recordPersonal(visit, visit.session.account.accountId, { action, subject: how })
}

type Shown = { readonly to: string; readonly factors: Factors; readonly error?: AppError }

function secondFactorPage(visit: SessionVisit, shown: Shown): Reply {
  const { session, csrf } = visit
  const { to, factors, error } = shown
  const isAgain = session.mfaAt !== null
  const title = isAgain ? 'Confirm that it is you' : 'Your second factor'
  const lead = isAgain
    ? 'Changes to agents, members and your account need a second factor from the last 10 minutes.'
    : 'The password was right. Now show that it is you.'
  const body = html`<section class="card"><h1>${title}</h1><p class="lead">${lead}</p>${otherError(error, [])}
${factors.totp ? codeForm(visit, to) : ''}${factors.passkeys.length > 0 ? passkey(visit, shown) : ''}
<div class="foot">${recovery(visit, shown)}<p><a href="/console/lost-factor">Lost your second factor?</a></p></div></section>`
  const page = layout({ title, body, account: session.account, csrf: csrf(), passkeys: true })
  return { kind: 'page', html: page, status: refusalStatus(error) }
}

function codeForm(visit: SessionVisit, to: string): Html {
  return html`<form method="post" action="/console/second-factor">${hidden('csrf', visit.csrf())}${hidden('return', to)}
${codeField('Code of your authenticator app')}<p><button>Continue</button></p></form>`
}

function passkey({ csrf }: SessionVisit, { to, factors }: Shown): Html {
  const block = passkeyBlock({
    ceremony: 'confirm',
    csrf: csrf(),
    to,
    text: 'Use a passkey',
    ...(factors.totp && { look: 'quiet', before: html`<p class="or">or</p>` }),
  })
  if (factors.totp) return block
  return html`${block}<noscript><p class="notice">A passkey needs JavaScript. Without it, use a recovery code.</p></noscript>`
}

function recovery({ csrf }: SessionVisit, { to, factors }: Shown): Html | '' {
  if (factors.recoveryCodesLeft === 0) return ''
  return html`<details><summary>Use a recovery code</summary>
<form method="post" action="/console/second-factor">${hidden('csrf', csrf())}${hidden('return', to)}
<div class="field"><label for="recovery">Recovery code</label>
<input id="recovery" name="code" class="code long" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="20"
required aria-describedby="hint-recovery"><span class="hint" id="hint-recovery">Each works once. You have ${factors.recoveryCodesLeft} left.</span></div>
<p><button class="quiet">Continue</button></p></form></details>`
}
