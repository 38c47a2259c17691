import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Console } from '#console'
import { addressOf, type Endpoint, type Limiter } from '#gateway'
import {
  type AuthorizationServer,
  protectedResourceMetadata,
  type ResourceName,
  resourceOfMetadataPath,
  resourceOfPath,
} from '#identity'
import { AppError } from '#kernel'
import type { Rate } from '#policy'
import type { Database } from '#store'

type Parts = {
  readonly base: string
  readonly trustedProxies: ReadonlySet<string>
  readonly endpoint: Endpoint
  readonly limiter: Limiter
  readonly authorization: AuthorizationServer
  readonly pages: Console
  readonly pool: Database['pools']['app']
  readonly onMistake: (error: unknown) => void
}

/** Which path goes where; everything else does not exist. */
export function createRoutes(parts: Parts) {
  return {
    handle(req: IncomingMessage, res: ServerResponse): void {
      res.setHeader('x-content-type-options', 'nosniff')
      route(parts, req, res).catch((error) => {
        parts.onMistake(error)
        if (!res.headersSent) res.writeHead(500)
        res.end()
      })
    },
  }
}

async function route(parts: Parts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
  const resource = resourceOfPath(path)
  if (resource !== undefined) return parts.endpoint.handle(req, res, resource)
  const described = resourceOfMetadataPath(path)
  if (described !== undefined) return sendMetadata(parts.base, described, res)
  if (parts.authorization.answers(path)) return authorize(parts, req, res)
  if (path === '/console' || path.startsWith('/console/') || path.startsWith('/api/'))
    return parts.pages.handle(req, res)
  if (path === '/') return sendToPages(res)
  if (path === '/healthz') return send(res, 200, 'ok')
  if (path === '/readyz') return sendReadiness(parts, res)
  return send(res, 404, 'There is nothing here. The MCP endpoint is /mcp.')
}

/** One address guessing at secrets, or asking for tokens that it does not need. */
const AUTHORIZATION_RATE: Rate = { perSecond: 20, burst: 100 }

function authorize({ authorization, limiter, trustedProxies }: Parts, req: IncomingMessage, res: ServerResponse) {
  const address = addressOf(req, trustedProxies)
  try {
    limiter.take(`authorization:${address}`, AUTHORIZATION_RATE)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    res.writeHead(429, { 'content-type': 'application/json', 'retry-after': `${error.retryAfterS ?? 1}` })
    res.end(JSON.stringify({ error: 'temporarily_unavailable', error_description: error.message }))
    return
  }
  return authorization.handle(req, res, address)
}

/** RFC 9728 §3.2; readable from any page, because it says nothing that is not public. */
function sendMetadata(base: string, resource: ResourceName, res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
  res.end(JSON.stringify(protectedResourceMetadata(base, resource)))
}

function sendToPages(res: ServerResponse): void {
  res.writeHead(302, { location: '/console' })
  res.end()
}

async function sendReadiness({ pool }: Parts, res: ServerResponse): Promise<void> {
  try {
    await pool.query('select')
    send(res, 200, 'ready')
  } catch {
    send(res, 503, 'not ready')
  }
}

function send(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  res.end(`${text}\n`)
}
