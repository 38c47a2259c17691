import { type CookieJar, cookieJar } from './cookie-jar.ts'
import { type Filled, formsOf, type HtmlForm, submission, textOf } from './html-forms.ts'

/** Where a browser without a screen stands. */
export type Page = {
  readonly url: URL
  readonly status: number
  readonly html: string
  readonly headers: Headers
  /** What a reader sees. */
  readonly text: string
  readonly forms: readonly HtmlForm[]
  /** It was sent to another origin, which was not asked: `url` is that address. */
  readonly hasLeft: boolean
}

type Answer = { readonly filled?: Filled; readonly button?: { readonly name: string; readonly value: string } }

/** A browser without a screen or script, with a jar of its own; it never leaves the origin of `base`. */
export type Headless = {
  readonly jar: CookieJar
  open(address: string | URL): Promise<Page>
  /** Fills a form of a page in and sends it, with everything that the page put into it. */
  submit(page: Page, form: HtmlForm, answer?: Answer): Promise<Page>
  /** Sends a form that no page showed. */
  post(address: string | URL, fields: URLSearchParams | Record<string, string>): Promise<Page>
}

type Step = { readonly url: URL; readonly init: RequestInit; readonly from?: Page | undefined }

const REDIRECTS_MAX = 15

export function headless(base: string): Headless {
  const jar = cookieJar()
  const { origin } = new URL(base)
  const post = (url: URL, body: URLSearchParams, from?: Page) => {
    const referer = from?.url ?? new URL(origin)
    const headers = { origin: referer.origin, referer: `${referer}` }
    return follow(jar, origin, { url, init: { method: 'POST', body, headers }, from })
  }
  return {
    jar,
    open: (address) => follow(jar, origin, { url: new URL(address, origin), init: {} }),
    submit(page, form, { filled = {}, button } = {}) {
      const fields = submission(form, filled, button)
      const url = new URL(form.action, page.url)
      if (form.method === 'POST') return post(url, fields, page)
      url.search = `${fields}`
      return follow(jar, origin, { url, init: {}, from: page })
    },
    post: (address, fields) => post(new URL(address, origin), new URLSearchParams(fields)),
  }
}

async function follow(jar: CookieJar, origin: string, step: Step): Promise<Page> {
  let { url, init } = step
  for (let hops = 0; hops < REDIRECTS_MAX; hops += 1) {
    const response = await request(jar, url, init)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return pageOf(url, response)
    const next = new URL(location, url)
    if (step.from) refuseBlockedByPolicy(step.from, next)
    if (next.origin !== origin) return left(next, response)
    // As browsers do for 303 always, and for 302 after a POST.
    init = {}
    url = next
  }
  throw new Error(`more than ${REDIRECTS_MAX} redirects, the last one to ${url}`)
}

async function request(jar: CookieJar, url: URL, init: RequestInit): Promise<Response> {
  const cookie = jar.header(url)
  const headers = new Headers(init.headers)
  if (cookie !== undefined) headers.set('cookie', cookie)
  const response = await fetch(url, { ...init, headers, redirect: 'manual' })
  jar.take(url, response.headers.getSetCookie())
  return response
}

/** Chromium follows no redirect of a form to where the page's `form-action` does not lead, over any number of hops. */
function refuseBlockedByPolicy(from: Page, to: URL): void {
  const policy = from.headers.get('content-security-policy') ?? ''
  const [, list] = /(?:^|;)\s*form-action ([^;]*)/.exec(policy) ?? []
  const allowed = list?.split(/\s+/).map((source) => (source === "'self'" ? from.url.origin : source))
  const isAllowed = allowed === undefined || allowed.some((source) => source === to.origin || source === to.protocol)
  if (!isAllowed) throw new Error(`a browser would not go on to ${to}: the page allows forms to lead to ${list}`)
}

async function pageOf(url: URL, response: Response): Promise<Page> {
  const html = await response.text()
  const { status, headers } = response
  return { url, status, html, headers, text: textOf(html), forms: formsOf(html), hasLeft: false }
}

function left(url: URL, { status, headers }: Response): Page {
  return { url, status, html: '', headers, text: '', forms: [], hasLeft: true }
}
