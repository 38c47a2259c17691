/** A browser as far as redirects and cookies go: cookies have paths and ends, and no redirect is followed unasked. */
export type CookieBrowser = {
  get(url: string, headers?: Record<string, string>): Promise<Response>
  post(url: string, form: Record<string, string>): Promise<Response>
  /** Where a response leads. */
  next(response: Response): URL
  /** What it would send there. */
  cookies(url: string): readonly Cookie[]
  /** Every Set-Cookie that came, as it came. */
  readonly seen: readonly string[]
}

type Cookie = { readonly name: string; readonly value: string; readonly path: string }

export function cookieBrowser(): CookieBrowser {
  const jar = new Map<string, Cookie>()
  const seen: string[] = []
  const cookies = (url: string) => {
    const { pathname } = new URL(url)
    const matching = [...jar.values()].filter(
      ({ path }) => pathname === path || pathname.startsWith(`${path}/`) || path === '/',
    )
    // The more special path comes first (RFC 6265 section 5.4).
    return matching.sort((a, b) => b.path.length - a.path.length)
  }
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      seen.push(line)
      const cookie = parse(line)
      const key = `${cookie.name};${cookie.path}`
      if (cookie.value === '') jar.delete(key)
      else jar.set(key, cookie)
    }
  }
  const send = async (url: string, init: RequestInit) => {
    const cookie = cookies(url)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(cookie !== '' && { cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    keep(response)
    return response
  }
  return {
    get: (url, headers = {}) => send(url, { headers: { accept: 'text/html', ...headers } }),
    post: (url, form) => send(url, { method: 'POST', body: new URLSearchParams(form) }),
    next: (response) => new URL(response.headers.get('location') ?? '', response.url),
    cookies,
    seen,
  }
}

function parse(line: string): Cookie {
  const [pair = '', ...attributes] = line.split(/; */)
  const at = pair.indexOf('=')
  const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
  return { name: pair.slice(0, at), value: pair.slice(at + 1), path }
}
