import type { IncomingMessage } from 'node:http'

/**
 * The network address of the client. Forwarded headers count only when the connection comes from a trusted proxy,
 * and then the last address that is not one of them: everything before it could be made up.
 */
export function addressOf(req: IncomingMessage, trustedProxies: ReadonlySet<string>): string {
  const peer = plain(req.socket.remoteAddress ?? 'unknown')
  if (!trustedProxies.has(peer)) return peer
  const header = req.headers['x-forwarded-for']
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => plain(hop.trim()))
  return hops.findLast((hop) => hop !== '' && !trustedProxies.has(hop)) ?? peer
}

/** IPv4 in its own form, also where it came in over an IPv6 socket. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
