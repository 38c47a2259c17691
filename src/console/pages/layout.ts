import { html } from 'hono/html'
import type { Account } from '#identity'

/** Escaped HTML, as the `html` tag makes it. */
export type Html = ReturnType<typeof html>

type Frame = {
  readonly title: string
  readonly body: Html
  /** Who is signed in, for the corner of the page. */
  readonly account?: Account | undefined
  /** Hidden `csrf` of the sign-out form; needed where `account` is given. */
  readonly csrf?: string | undefined
  /** Whether the page uses passkeys, the one thing that needs a script. */
  readonly passkeys?: boolean
}

/** The frame of every page: works without script, at 375 px, with a keyboard. */
export function layout({ title, body, account, csrf, passkeys = false }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Tillgate</title>
<link rel="stylesheet" href="/console/assets/tokens.css">
<link rel="stylesheet" href="/console/assets/style.css">
<link rel="icon" href="/console/assets/icon.svg" type="image/svg+xml">
${passkeys ? html`<script src="/console/assets/passkeys.js" type="module"></script>` : ''}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/console"><img src="/console/assets/icon.svg" alt="" width="24" height="24">Tillgate</a>
${account ? corner(account, csrf ?? '') : ''}
</header>
<main id="main">${body}</main>
</body>
</html>`
}

function corner(account: Account, csrf: string): Html {
  return html`<div class="corner"><a href="/console/account">${account.email}</a>
<form method="post" action="/console/sign-out"><input type="hidden" name="csrf" value="${csrf}">
<button class="quiet">Sign out</button></form></div>`
}
