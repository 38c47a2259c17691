import { BlockList, isIP } from 'node:net'

/** What an outbound request is for, and the one host (or pattern of hosts) that it may go to. */
export type EgressPurpose = {
  /** A short word for the log, e.g. `shopify`. */
  name: string
  /** A host name, a host:port, or a pattern that must match the whole host name. IPv6 addresses stand in brackets. */
  host: RegExp | string
}

type Verdict = { kind: 'allow'; url: URL } | { kind: 'refuse'; reason: string }

/**
 * Whether a request for this purpose may go to this URL: the purpose's host, no credentials in the URL, and https on 443,
 * or one of the operator's exceptions. Addresses are judged later, when a connection is made. The reason holds nothing of the URL.
 */
export function judgeUrl(text: string, purpose: EgressPurpose, exceptions: ReadonlySet<string>): Verdict {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return refuse('the URL cannot be read')
  if (url.username !== '' || url.password !== '') return refuse('there are credentials in the URL')
  if (!isPinned(url, purpose.host)) return refuse('the host is not one of this purpose')
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  if (isWeb && exceptions.has(endpoint(url))) return { kind: 'allow', url }
  if (url.protocol !== 'https:') return refuse('it is not https and not an exception of the operator')
  if (url.port !== '') return refuse('the port is not 443 and not an exception of the operator')
  return { kind: 'allow', url }
}

/**
 * The operator's exceptions, each an exact `host:port` (an IPv6 address in brackets), in the form in which URLs have them.
 * Throws on anything else, such as a pattern, a scheme or a missing port.
 */
export function parseExceptions(allow: readonly string[]): ReadonlySet<string> {
  return new Set(allow.map(parseException))
}

/** The `host:port` that a request goes to, with the port of the scheme where the URL names none. */
export function endpoint(url: { protocol: string; hostname: string; port: string }): string {
  const hostname = isIP(url.hostname) === 6 ? `[${url.hostname}]` : url.hostname
  return `${hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

/**
 * Whether an IP address belongs to the public internet. Everything in the IANA special-purpose registries (RFC 6890 and after)
 * is not: private, loopback, link-local, shared, documentation, multicast, reserved, and every form of IPv6 that carries an
 * IPv4 address (mapped, 6to4, NAT64, Teredo), as it could carry a private one.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4')
    case 6:
      return !address.includes('%') && global6.check(address, 'ipv6') && !special6.check(address, 'ipv6')
    default:
      return false
  }
}

const special4 = subnets('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's host answers there, on a public address.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

// Only 2000::/3 is given out as global unicast; the loopback, mapped, NAT64, unique local, link-local and multicast ranges lie outside.
const global6 = subnets('ipv6', ['2000::/3'])
const special6 = subnets('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'])

function subnets(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}

function isPinned(url: URL, host: RegExp | string): boolean {
  if (typeof host === 'string') return host === url.hostname || host === endpoint(url)
  return url.hostname.match(host)?.[0] === url.hostname
}

function parseException(entry: string): string {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):(\d{1,5})$/i.exec(entry) ?? []
  const asUrl = `http://${host}/`
  if (host === '' || !URL.canParse(asUrl) || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(`"${entry}" is not an exact host:port`)
  }
  return `${new URL(asUrl).hostname}:${Number(port)}`
}

function refuse(reason: string): Verdict {
  return { kind: 'refuse', reason }
}
