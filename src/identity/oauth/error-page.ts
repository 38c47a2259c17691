import { sha256 } from '#kernel'

type Problem = { readonly error: string; readonly error_description?: string | undefined }

/** The part of Koa's context that an answer needs. */
type Answering = {
  accepts(...types: string[]): string | false
  set(headers: Record<string, string>): void
  type: string
  body: unknown
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1em}code{font-size:.9em}'

/** As for the pages of the console (src/console/headers.ts), but this page has nothing to load and no form. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${sha256(STYLE).toString('base64')}'`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Says what is wrong where the client cannot be told: as a page to a browser, as JSON to a program. */
export function sayProblem(ctx: Answering, problem: Problem): void {
  if (ctx.accepts('json', 'html') !== 'html') {
    ctx.body = problem
    return
  }
  ctx.set(HEADERS)
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = page(problem)
}

function page({ error, error_description }: Problem): string {
  const reason = error_description === undefined ? '' : `<p>Reason: ${escaped(error_description)}</p>\n`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>This connection did not work</title><style>${STYLE}</style></head>
<body><main><h1>This connection did not work</h1>
<p>Nothing was connected and nothing was shared. Go back to the program that sent you here and start again; if it happens again, tell its makers.</p>
${reason}<p><code>${escaped(error)}</code></p></main></body></html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
