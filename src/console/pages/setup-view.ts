import { html } from 'hono/html'
import type { AppError } from '#kernel'
import type { Reply, Visit } from '../route.ts'
import { field, newPassword } from './account-parts.ts'
import { layout } from './layout.ts'
import { hidden, otherError } from './parts.ts'

export type SetupFields = {
  readonly email: string
  readonly name: string
  readonly workspace: string
  readonly slug: string
}

const FIELDS = ['email', 'name', 'password', 'workspace', 'slug']

export function setupPage(visit: Visit, { email, name, workspace, slug }: SetupFields, error?: AppError): Reply {
  const body = html`<section class="card"><h1>Welcome to Tillgate</h1>
<p class="lead">You become the owner of the first workspace: the place of one shop, or of several that belong together.</p>
<form method="post" action="/console/setup/${visit.params.token}">${hidden('csrf', visit.csrf())}${otherError(error, FIELDS)}
<h2>You</h2>
${field({ name: 'name', label: 'Your name', value: name, autocomplete: 'name', error, more: html`maxlength="100"` })}
${field({ name: 'email', label: 'E-mail', type: 'email', value: email, autocomplete: 'username', error })}
${newPassword({ error })}
<h2>The workspace</h2>
${field({ name: 'workspace', label: 'Name', value: workspace, autocomplete: 'organization', error, more: html`maxlength="100"` })}
${slugField(visit, slug, error)}
<p><button>Set Tillgate up</button></p></form></section>`
  return { kind: 'page', html: layout({ title: 'Welcome', body }), status: error ? 400 : 200 }
}

function slugField({ world }: Visit, slug: string, error: AppError | undefined) {
  return field({
    name: 'slug',
    label: 'Short name',
    value: slug,
    autocomplete: 'off',
    isOptional: true,
    hint: html`Part of the address for agents, <code>${world.base}/mcp/w/…</code>, and never changed. Empty: made from the name.`,
    error,
    more: html`maxlength="39" autocapitalize="none" spellcheck="false"`,
  })
}

/** A short name made of a name: `Köhler & Söhne` gives `kohler-sohne`. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 39)
    .replace(/-$/, '')
}

/** For a link that was used or is too old, and once there are people. */
export function overPage(): Reply {
  const body = html`<section class="card"><h1>This set-up link is over</h1>
<p>It was used already, or is older than 30 minutes. As long as nobody is a member of any workspace, a new start gives a new one:</p>
<p class="copy"><code>tillgate serve</code></p>
<p>If Tillgate is set up already, <a href="/console/sign-in">sign in</a>.</p></section>`
  return { kind: 'page', html: layout({ title: 'This set-up link is over', body }), status: 404 }
}
