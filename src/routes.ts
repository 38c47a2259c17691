import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint } from '#gateway'
import {
  type AuthorizationServer,
  protectedResourceMetadata,
  type ResourceName,
  resourceOfMetadataPath,
  resourceOfPath,
} from '#identity'
import type { Database } from '#store'

type Parts = {
  readonly base: string
  readonly hosts: ReadonlySet<string>
  readonly endpoint: Endpoint
  readonly authorization: AuthorizationServer
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
  if (parts.authorization.paths.has(path)) return parts.authorization.handle(req, res)
  if (path === '/healthz') return send(res, 200, 'ok')
  if (path === '/readyz') return sendReadiness(parts, res)
  return send(res, 404, 'There is nothing here. The MCP endpoint is /mcp.')
}

/** RFC 9728 §3.2; readable from any page, because it says nothing that is not public. */
function sendMetadata(base: string, resource: ResourceName, res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
  res.end(JSON.stringify(protectedResourceMetadata(base, resource)))
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
