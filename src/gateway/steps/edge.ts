import type { IncomingMessage } from 'node:http'

/** A request that is turned away before any read of the database. */
export type EdgeRefusal = {
  readonly status: number
  /** JSON-RPC error code. */
  readonly code: number
  readonly message: string
  /** Why, in one word, for the record. */
  readonly reason: string
}

/** What got through the edge: one parsed JSON-RPC message, or nothing for methods without a body. */
export type Parsed = { readonly message: unknown }

/** Largest accepted body in bytes; arguments of tools are small. */
const BODY_BYTES_MAX = 1 << 20
/** How much more is read and thrown away so that the client can see the answer. */
const DRAINED_BYTES_MAX = 16 << 20

/** Host and Origin (DNS rebinding, MCP transports), size, JSON, no batches. */
export async function edge(req: IncomingMessage, hosts: ReadonlySet<string>): Promise<Parsed | EdgeRefusal> {
  const refusal = checkHost(req, hosts) ?? checkOrigin(req, hosts)
  if (refusal) return refusal
  if (req.method !== 'POST') return { message: undefined }
  const body = await readBody(req)
  if (body === 'too_large') return refuse(413, -32000, 'The request is larger than 1 MiB.', body)
  if (body === 'cut_off') return refuse(400, -32700, 'The request ended before its body did.', body)
  return parse(body)
}

export function isRefusal(result: Parsed | EdgeRefusal): result is EdgeRefusal {
  return 'reason' in result
}

function refuse(status: number, code: number, message: string, reason: string): EdgeRefusal {
  return { status, code, message, reason }
}

function checkHost(req: IncomingMessage, hosts: ReadonlySet<string>): EdgeRefusal | undefined {
  const host = req.headers.host
  if (host !== undefined && hosts.has(hostnameOf(`http://${host}`))) return undefined
  return refuse(403, -32000, 'This server does not answer under that host name.', 'foreign_host')
}

/** Programs that are no browser send no Origin and pass. */
function checkOrigin(req: IncomingMessage, hosts: ReadonlySet<string>): EdgeRefusal | undefined {
  const origin = req.headers.origin
  if (origin === undefined || hosts.has(hostnameOf(origin))) return undefined
  return refuse(403, -32000, 'Pages of that origin may not call this server.', 'foreign_origin')
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : ''
}

function readBody(req: IncomingMessage): Promise<Buffer | 'too_large' | 'cut_off'> {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve) => {
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
      else chunks.length = 0
      if (bytes > DRAINED_BYTES_MAX) req.destroy()
    })
    req.on('end', () => resolve(bytes > BODY_BYTES_MAX ? 'too_large' : Buffer.concat(chunks)))
    // A client that goes away is no mistake of ours: it is counted like any other refusal.
    req.on('close', () => resolve(bytes > BODY_BYTES_MAX ? 'too_large' : 'cut_off'))
    req.on('error', () => resolve('cut_off'))
  })
}

function parse(body: Buffer): Parsed | EdgeRefusal {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'))
    if (Array.isArray(message))
      return refuse(400, -32600, 'Batches are not accepted; send one request a POST.', 'batch')
    return { message }
  } catch {
    return refuse(400, -32700, 'The body is not JSON.', 'not_json')
  }
}
