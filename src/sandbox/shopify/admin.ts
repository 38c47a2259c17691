import type { IncomingMessage } from 'node:http'
import { type Clock, rfc3339 } from '#kernel'
import type { Granted } from './access.ts'
import { mediaType, parseJson, readBody } from './body.ts'
import type { CallLog } from './calls.ts'
import { faultReply } from './fault-replies.ts'
import type { Faults } from './faults.ts'
import type { Graphql, GraphqlRequest } from './graphql.ts'
import { json, type Reply, refusal, statusOf } from './replies.ts'
import type { Tokens } from './tokens.ts'

export type AdminWorld = {
  clock: Clock
  scopes: readonly string[]
  tokens: Tokens
  graphql: Graphql
  faults: Faults
  log: CallLog
}

/** Without `read_all_orders` an app sees the orders of this many days. */
const RECENT_DAYS = 60
const WRONG_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)'

/** `POST /admin/api/2026-10/graphql.json`. */
export async function graphqlCall(world: AdminWorld, request: IncomingMessage): Promise<Reply> {
  const body = await readBody(request)
  const asked = readRequest(world, request, body)
  if ('kind' in asked) return logged(world, '(refused)', asked)
  const operation = world.graphql.operationOf(asked)
  const granted = grantedBy(world)
  const right = async () =>
    json(200, await world.graphql.answer(asked, granted), { 'x-shopify-api-version': '2026-10' })
  return answered(world, {
    operation,
    variables: asked.variables,
    right,
    throttled: () => json(200, world.graphql.throttled(asked)),
  })
}

/** `POST /admin/oauth/access_token`: the client-credentials grant (RFC 6749 §4.4) as the platform speaks it. */
export async function tokenCall(world: AdminWorld, request: IncomingMessage): Promise<Reply> {
  const body = await readBody(request)
  const form = body === null ? null : readForm(mediaType(request), body)
  const right = async () => (form === null ? refusal(400, 'Bad Request') : issued(world, form))
  return answered(world, {
    operation: 'token',
    variables: null,
    right,
    throttled: () => refusal(429, 'Too many requests.'),
  })
}

type Answering = { operation: string; variables: unknown; right: () => Promise<Reply>; throttled: () => Reply }

async function answered(world: AdminWorld, { operation, variables, right, throttled }: Answering): Promise<Reply> {
  const fault = world.faults.take(operation)
  const call = world.log.add({ at: world.clock(), operation, variables, status: 0, fault })
  const { enumMembers } = world.graphql
  const reply = fault === null ? await right() : await faultReply(fault, { right, throttled, enumMembers })
  call.status = statusOf(reply)
  return reply
}

function logged(world: AdminWorld, operation: string, reply: Reply): Reply {
  world.log.add({ at: world.clock(), operation, variables: null, status: statusOf(reply), fault: null })
  return reply
}

function readRequest({ tokens }: AdminWorld, request: IncomingMessage, body: string | null): GraphqlRequest | Reply {
  const token = request.headers['x-shopify-access-token']
  if (typeof token !== 'string' || !tokens.opens(token)) return refusal(401, WRONG_TOKEN)
  if (mediaType(request) !== 'application/json') return refusal(415, 'Unsupported Media Type')
  if (body === null) return refusal(413, 'Payload Too Large')
  const parsed = parseJson(body)
  if (!isObject(parsed)) return refusal(400, 'Bad Request')
  const { query, variables, operationName } = parsed
  if (typeof query !== 'string') return json(400, { errors: { query: 'Required parameter missing or invalid' } })
  const name = typeof operationName === 'string' && operationName !== '' ? operationName : null
  return { query, variables: isObject(variables) ? variables : {}, operationName: name }
}

function grantedBy({ scopes, clock }: AdminWorld): Granted {
  const all = scopes.includes('read_all_orders')
  return { scopes: new Set(scopes), ordersSince: all ? '' : rfc3339(clock() - RECENT_DAYS * 86_400_000) }
}

function readForm(type: string, body: string): Record<string, unknown> | null {
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body))
  const parsed = type === 'application/json' ? parseJson(body) : null
  return isObject(parsed) ? parsed : null
}

function issued({ tokens, scopes }: AdminWorld, form: Record<string, unknown>): Reply {
  const { client_id: id, client_secret: secret, grant_type: grant } = form
  if (grant !== 'client_credentials') return oauthError('unsupported_grant_type', 'This grant is not supported.')
  if (typeof id !== 'string' || typeof secret !== 'string')
    return oauthError('invalid_request', 'The client is missing.')
  const token = tokens.issue({ id, secret })
  if (token === null) return oauthError('invalid_client', 'The client is unknown or its secret is wrong.')
  return json(200, { access_token: token.accessToken, scope: scopes.join(','), expires_in: token.expiresInS })
}

function oauthError(error: string, description: string): Reply {
  return json(400, { error, error_description: description })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
