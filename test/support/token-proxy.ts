import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** A loopback proxy for programs that cannot send a token of their own. */
export type TokenProxy = {
  /** The target's URL with the proxy's own address. */
  readonly url: string
  /** How many requests passed. */
  passed(): number
  stop(): Promise<void>
}

/**
 * Adds the bearer to requests without one and hands them to the target. A loopback Host becomes the target's; any other Host and
 * every Origin arrive unchanged, so that a probe for DNS rebinding still is one.
 */
export async function startTokenProxy(target: string, token: string): Promise<TokenProxy> {
  const { hostname, port, pathname } = new URL(target)
  let passed = 0
  const server = createServer((req, res) => {
    passed += 1
    forward({ hostname, port, token }, req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    passed: () => passed,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Target = { readonly hostname: string; readonly port: string; readonly token: string }

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

function forward({ hostname, port, token }: Target, req: IncomingMessage, res: ServerResponse): void {
  const headers: IncomingHttpHeaders = { authorization: `Bearer ${token}`, ...req.headers }
  if (LOOPBACK_HOST.test(headers.host ?? '')) headers.host = `${hostname}:${port}`
  const upstream = request({ hostname, port, method: req.method, path: req.url, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  req.pipe(upstream)
  upstream.on('error', () => res.destroy())
  res.on('close', () => upstream.destroy())
}
