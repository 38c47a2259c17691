export const REDIRECTS_MAX = 10
const LENGTH_MAX = 512

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** Schemes that a browser or the system gives a meaning of its own; they are nobody's private ones. */
const PUBLIC_SCHEMES = new Set(
  'about blob chrome data file filesystem ftp intent javascript mailto sms tel vbscript view-source ws wss'.split(' '),
)

/** Whether a client may have its answers sent there: https, http on loopback, or a scheme of its own (RFC 8252 section 7). */
export function isAllowedRedirect(uri: string): boolean {
  // Beyond these characters a parser would mend silently, and show something else than what is compared.
  if (uri.length > LENGTH_MAX || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('#')) return false
  if (!URL.canParse(uri)) return false
  const { protocol, hostname, username, password } = new URL(uri)
  if (username !== '' || password !== '') return false
  if (protocol === 'https:') return true
  if (protocol === 'http:') return LOOPBACK.has(hostname)
  return !PUBLIC_SCHEMES.has(protocol.slice(0, -1))
}

const LOOPBACK_PORT = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d{1,5}(?=\/|$)/

/**
 * Whether an answer may go there for a client that named that redirect: the very same text. Only where a client named a
 * loopback address without a port, as programs do that listen on whichever port is free, may the port be any
 * (RFC 8252 section 7.3); the person is warned of such a client. One that named a port keeps to it.
 */
export function isSameRedirect(named: string, asked: string): boolean {
  return asked === named || (LOOPBACK_PORT.test(asked) && asked.replace(LOOPBACK_PORT, '$1') === named)
}

/** Whether the answer stays on the machine of the browser, where any program may listen for it. */
export function isLoopback(uri: string): boolean {
  return LOOPBACK.has(new URL(uri).hostname)
}

/** What a person is shown of where the answer goes: the host, or the scheme where there is none. */
export function redirectHost(uri: string): string {
  const { protocol, host } = new URL(uri)
  return protocol === 'https:' || protocol === 'http:' ? host : protocol
}

/** What `form-action` must name so that a browser may follow the answer. */
export function redirectSource(uri: string): string {
  const { protocol, origin, hostname } = new URL(uri)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  // The grammar of policies has no IPv6 addresses.
  return hostname.startsWith('[') ? protocol : origin
}
