import type { Headless } from './headless.ts'

/** An answer of the console's API. */
export type ApiAnswer = {
  readonly status: number
  /** Parsed where it is JSON, else undefined. */
  readonly body: Json
  readonly text: string
  readonly headers: Headers
}

/** What a test looks into without a schema: a member that is not there fails the test that asks for it. */
type Json = ReturnType<typeof JSON.parse>

/** A person's browser. */
type Asker = { readonly browser: Headless }

type Sent = {
  readonly method?: string
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One request with the cookies of a browser, and nothing that the web app would add. Of an event stream only the head is read. */
export async function requestApi({ browser }: Asker, address: URL, sent: Sent = {}): Promise<ApiAnswer> {
  const response = await fetch(address, { redirect: 'manual', ...initOf(browser, address, sent) })
  browser.jar.take(address, response.headers.getSetCookie())
  const type = response.headers.get('content-type') ?? ''
  const isStream = type.startsWith('text/event-stream')
  if (isStream) await response.body?.cancel()
  const text = isStream ? '' : await response.text()
  const isJson = type.split(';')[0] === 'application/json'
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined, text, headers: response.headers }
}

function initOf(browser: Headless, address: URL, { method = 'GET', body, headers = {} }: Sent): RequestInit {
  const cookie = browser.jar.header(address)
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const init = { method, headers: { ...type, ...(cookie !== undefined && { cookie }), ...headers } }
  return body === undefined ? init : { ...init, body: JSON.stringify(body) }
}

/** What a browser of the workspace asks, as the web app does. */
export type Api = {
  get(person: Asker, path: string): Promise<ApiAnswer>
  /** With the token that the person's frame has. */
  post(person: Asker, path: string, body?: unknown): Promise<ApiAnswer>
  /** For the header `x-csrf`. */
  csrf(person: Asker): Promise<string>
  at(path: string): URL
}

export function apiOf(base: string, slug: string): Api {
  const at = (path: string) => new URL(`/api/w/${slug}/${path}`, base)
  const get: Api['get'] = (person, path) => requestApi(person, at(path))
  const csrf: Api['csrf'] = async (person) => {
    const { body, status, text } = await get(person, 'self')
    if (status !== 200) throw new Error(`no token (${status}): ${text}`)
    return body.csrf
  }
  return {
    get,
    csrf,
    at,
    post: async (person, path, body) => {
      const headers = { 'x-csrf': await csrf(person) }
      return requestApi(person, at(path), { method: 'POST', body, headers })
    },
  }
}
