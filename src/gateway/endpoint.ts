import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { INSTANCE_CHAIN } from '#audit'
import { challenge, type ResourceName } from '#identity'
import { AppError } from '#kernel'
import type { Rate } from '#policy'
import { addressOf } from './address.ts'
import { authInfo, createProtocol, type Passed } from './protocol.ts'
import { answerOrdinary, isListed, ordinaryCall } from './short-way.ts'
import { answerStepUp, stepUpOf } from './step-up.ts'
import { type Authentication, authenticate } from './steps/authenticate.ts'
import { type EdgeRefusal, edge, isRefusal } from './steps/edge.ts'
import type { World } from './world.ts'

/** One MCP endpoint: the HTTP door in front of the protocol. */
export type Endpoint = {
  /** Answers one request for the named resource (`core`, `w/<slug>`). */
  handle(req: IncomingMessage, res: ServerResponse, resource: ResourceName): Promise<void>
  close(): Promise<void>
}

/** One network address, all its agents together; what a shared proxy may send. */
const ADDRESS_RATE: Rate = { perSecond: 5_000, burst: 10_000 }

export function createEndpoint(world: World): Endpoint {
  const protocol = createProtocol(world)
  const serve = toNodeHandler(protocol, { onerror: world.onMistake })
  return {
    async handle(req, res, resource) {
      const address = addressOf(req, world.trustedProxies)
      const parsed = overLimit(address, world) ?? (await edge(req, world.hosts))
      if (isRefusal(parsed)) return refuseAtEdge(res, { refusal: parsed, address }, world)
      const { message } = parsed
      const knock = { authorization: req.headers.authorization, resource, message, address }
      const passed = await passDoor(knock, world)
      if ('reason' in passed) return refuseToken(res, { ...passed, resource, address, message }, world)
      const stepUp = stepUpOf(message, passed)
      if (stepUp) return answerStepUp(stepUp, { res, resource }, world)
      const call = ordinaryCall(req, message)
      if (call && isListed(call, passed.visitor)) return answerOrdinary(call, passed, { res, world })
      await serve(withAuth(req, passed), res, message)
    },
    close: () => protocol.close(),
  }
}

/** The protocol's adapter reads `auth` from the request. */
function withAuth(req: IncomingMessage, passed: Passed) {
  const { method = 'GET', url = '/' } = req
  return Object.assign(req, { auth: authInfo(passed), method, url })
}

type Knock = Parameters<typeof authenticate>[0]

async function passDoor(knock: Knock, world: World): Promise<Passed | Extract<Authentication, { kind: 'unknown' }>> {
  const from = performance.now()
  const authentication = await attempt(knock, world)
  if (authentication !== 'unavailable' && authentication.kind === 'unknown') return authentication
  return {
    request: randomUUID(),
    authenticateMs: Math.round((performance.now() - from) * 100) / 100,
    visitor: authentication === 'unavailable' ? authentication : authentication.visitor,
  }
}

/** Without the database nobody can be known; the protocol then answers `unavailable` in its own words. */
async function attempt(knock: Knock, world: World): Promise<Authentication | 'unavailable'> {
  try {
    return await authenticate(knock, world)
  } catch (error) {
    world.onMistake(error)
    world.refusals.count(INSTANCE_CHAIN, { step: 'authenticate', reason: 'unavailable', address: knock.address })
    return 'unavailable'
  }
}

function overLimit(address: string, world: World): EdgeRefusal | undefined {
  try {
    world.limiter.take(`address:${address}`, ADDRESS_RATE)
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { status: 429, code: -32000, message: error.message, reason: 'rate_limited' }
  }
}

function refuseAtEdge(
  res: ServerResponse,
  { refusal, address }: { refusal: EdgeRefusal; address: string },
  world: World,
) {
  const { status, code, message, reason } = refusal
  world.refusals.count(INSTANCE_CHAIN, { step: 'edge', reason, address })
  const wait = status === 429 ? { 'retry-after': '1' } : {}
  res.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...wait })
  res.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message } }))
}

type RefusedToken = {
  reason: string
  workspaceId: string | undefined
  resource: ResourceName
  address: string
  message: unknown
}

/** RFC 6750 and RFC 9728: 401, and where to get a token. What was wrong with the token stays with us. */
function refuseToken(
  res: ServerResponse,
  { reason, workspaceId, resource, address, message }: RefusedToken,
  world: World,
): void {
  world.refusals.count(workspaceId ?? INSTANCE_CHAIN, { step: 'authenticate', reason, address })
  const error = reason === 'no_token' ? undefined : ({ error: 'invalid_token' } as const)
  res.writeHead(401, {
    'content-type': 'application/json',
    'www-authenticate': challenge(world.base, resource, error),
  })
  const text = 'Give a live access token for this resource; the WWW-Authenticate header says where to get one.'
  res.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32001, message: text }, ...idOf(message) }))
}

/** The id of the request that is answered; the schemas of MCP know no `null`. */
function idOf(message: unknown): { id?: string | number } {
  if (typeof message !== 'object' || message === null || !('id' in message)) return {}
  return typeof message.id === 'string' || typeof message.id === 'number' ? { id: message.id } : {}
}
