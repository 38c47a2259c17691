import { html } from 'hono/html'
import type { Reply } from '../route.ts'
import { type Html, layout } from './layout.ts'

type Codes = { readonly codes: readonly string[]; readonly to: string; readonly cookies?: readonly string[] }

/** The recovery codes, once: nothing here knows them afterwards. */
export function recoveryPage({ codes, to, cookies = [] }: Codes): Reply {
  const page = layout({ title: 'Recovery codes', body: recovery({ codes, to }) })
  return { kind: 'page', html: page, cookies }
}

/** The same page for passkeys.js to fill in. */
export function recoveryTemplate(to: string): Html {
  return html`<template id="recovery">${recovery({ codes: [], to })}</template>`
}

function recovery({ codes, to }: Codes): Html {
  return html`<section class="card middle"><h1 tabindex="-1">Keep these recovery codes</h1>
<p>Each opens your account once when your second factor is lost. They are shown only now: print them, or put them where
you keep passwords.</p>
<ol class="recovery">${codes.map((code) => html`<li>${code}</li>`)}</ol>
<p class="noprint"><a class="button" href="${to}">I have kept them</a></p></section>`
}
