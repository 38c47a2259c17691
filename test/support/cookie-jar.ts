/** The cookies of one browser. One host: cookies know no ports, and nothing here speaks to a second host. */
export type CookieJar = {
  /** The Cookie header for an address; undefined where no cookie goes there. */
  header(url: URL): string | undefined
  /** Takes the Set-Cookie values of an answer. Throws for one that a browser would drop in silence. */
  take(url: URL, values: readonly string[]): void
  names(): string[]
  /** The value of a cookie, or undefined. */
  value(name: string): string | undefined
}

type Cookie = { readonly name: string; readonly value: string; readonly path: string; readonly endsAt: number }

export function cookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>()
  const live = () => [...cookies.values()].filter(({ endsAt }) => endsAt > Date.now())
  return {
    header(url) {
      const fit = live().filter(({ path }) => isBelow(url.pathname, path))
      const longestPathFirst = fit.sort((one, other) => other.path.length - one.path.length)
      const pairs = longestPathFirst.map(({ name, value }) => `${name}=${value}`)
      return pairs.length === 0 ? undefined : pairs.join('; ')
    },
    take(url, values) {
      for (const value of values) {
        const cookie = parseCookie(url, value)
        cookies.set(`${cookie.name} ${cookie.path}`, cookie)
      }
    },
    names: () => live().map(({ name }) => name),
    value: (name) => live().find((cookie) => cookie.name === name)?.value,
  }
}

/** RFC 6265 section 5.1.4. */
function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function parseCookie(url: URL, header: string): Cookie {
  const [pair = '', ...words] = header.split(';').map((word) => word.trim())
  const attributes = new Map(words.map(splitPair).map(([name, value]) => [name.toLowerCase(), value]))
  const [name, value] = splitPair(pair)
  const path = attributes.get('path') ?? url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/')))
  refuseUnusable(name, path, attributes)
  return { name, value, path, endsAt: endOf(attributes) }
}

function splitPair(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function refuseUnusable(name: string, path: string, attributes: ReadonlyMap<string, string>): void {
  if (attributes.has('domain')) throw new Error(`the cookie ${name} names a domain: its subdomains would get it`)
  if (!attributes.has('httponly')) throw new Error(`scripts could read the cookie ${name}`)
  const isHostBound = attributes.has('secure') && path === '/'
  if (name.startsWith('__Host-') && !isHostBound) throw new Error(`browsers drop ${name} without Secure and Path=/`)
}

/** Max-Age outranks Expires; without either it lives as long as the browser. */
function endOf(attributes: ReadonlyMap<string, string>): number {
  const [maxAge, expires] = [attributes.get('max-age'), attributes.get('expires')]
  if (maxAge !== undefined) return Date.now() + Number(maxAge) * 1000
  return expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires)
}
