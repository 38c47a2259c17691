import { createServer, type RequestListener, Server } from 'node:http'
import { AppError } from '#kernel'

/** Where the server answers; `close` stops taking requests, lets the running ones end, and then closes. */
export type Listening = { readonly port: number; close(graceMs: number): Promise<void> }

const REQUEST_TIMEOUT_MS = 30_000
const PORT_TRIES = 10
/** How often a server that stops lets go of idle connections. */
const IDLE_MS = 50

/** Listens on one host, or on 127.0.0.1 and, where the machine has it, ::1. Port 0 takes a port that is free on both. */
export async function listen(
  listener: RequestListener,
  where: { host: string | undefined; port: number },
): Promise<Listening> {
  if (where.host !== undefined) return listening([await open(listener, where.host, where.port)])
  for (let attempt = 1; ; attempt += 1) {
    const v4 = await open(listener, '127.0.0.1', where.port)
    const v6 = await open(listener, '::1', portOf(v4)).catch((error: unknown) => error)
    if (v6 instanceof Server) return listening([v4, v6])
    if (NO_IPV6.has(codeOf(v6))) return listening([v4])
    v4.close()
    if (where.port !== 0 || attempt === PORT_TRIES) throw v6
  }
}

const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

function open(listener: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, listener)
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, port)))
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.removeAllListeners('error')
      resolve(server)
    })
  })
}

/** A port that cannot be had, as a sentence for the operator. */
function explained(error: Error, port: number): Error {
  const sentence = SENTENCES[codeOf(error)]?.(port)
  return sentence === undefined ? error : new AppError('unavailable', sentence, { cause: error })
}

const SENTENCES: Readonly<Record<string, (port: number) => string>> = {
  EADDRINUSE: (port) => `The port ${port} is taken: stop what uses it, or choose another one with --port.`,
  EACCES: (port) => `The port ${port} needs more rights: choose one above 1023 with --port.`,
}

function listening(servers: Server[]): Listening {
  const [first] = servers
  return {
    port: first ? portOf(first) : 0,
    async close(graceMs) {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
      // Again and again: what is answered only now leaves a connection that its client would keep for seconds.
      const sweep = setInterval(() => {
        for (const server of servers) server.closeIdleConnections()
      }, IDLE_MS)
      const cut = setTimeout(() => {
        for (const server of servers) server.closeAllConnections()
      }, graceMs)
      await Promise.all(closed)
      clearTimeout(cut)
      clearInterval(sweep)
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
