import type { ServerResponse } from 'node:http'
import { type Scope, toolNamed } from '#commerce'
import { challenge, type ResourceName } from '#identity'
import { AppError } from '#kernel'
import { authorise } from '#policy'
import { callerOf } from './call.ts'
import { isObject } from './is-object.ts'
import { type Asked, runCall } from './pipeline.ts'
import type { Passed } from './protocol.ts'
import type { World } from './world.ts'

/** A tool call of a member's agent that its role allows and its token or grant does not. */
type StepUpCall = { readonly id: string | number; readonly asked: Asked }

/**
 * The call, if it needs more scopes than it came with. Its answer is a status, which the protocol library cannot give for a
 * tool; so it is found before the ways of the call part, for all revisions alike.
 */
export function stepUpOf(message: unknown, { request, visitor, authenticateMs }: Passed): StepUpCall | undefined {
  if (visitor === 'unavailable' || visitor.entry.agent_kind !== 'oauth') return undefined
  const call = toolCall(message)
  const tool = call && toolNamed(call.name)
  if (!tool || authorise(callerOf(visitor), tool).kind !== 'insufficient_scope') return undefined
  return {
    id: call.id,
    asked: { request, visitor, authenticateMs, toolName: call.name, arguments: call.arguments },
  }
}

/** Takes the call through the steps, which limit, refuse and record it, and answers with the status that its client understands. */
export async function answerStepUp(
  { id, asked }: StepUpCall,
  { res, resource }: { res: ServerResponse; resource: ResourceName },
  world: World,
): Promise<void> {
  const reply = await runCall(asked, world)
  const { status, headers, message } =
    reply.kind === 'step_up'
      ? insufficient(reply.scopes, resource, world)
      : notNow(reply.kind === 'result' ? reply.error : undefined)
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: CODE, message } }))
}

/** As for a token that opens nothing; the status and its header say the rest. */
const CODE = -32001

/** RFC 6750 section 3.1: all that is needed, in one challenge (MCP 2026-07-28, authorization). */
function insufficient(scopes: readonly Scope[], resource: ResourceName, { base }: World) {
  const headers = { 'www-authenticate': challenge(base, resource, { error: 'insufficient_scope', scopes }) }
  const message = 'The agent was not granted what this call needs; the WWW-Authenticate header says what to ask for.'
  return { status: 403, headers, message }
}

/** The limiter comes before the judgement on scopes, and nothing else does. */
function notNow(error: AppError | undefined) {
  const { message, retryAfterS } =
    error ?? new AppError('internal', 'Something went wrong inside Tillgate; try again later.')
  if (retryAfterS === undefined) return { status: 500, headers: {}, message }
  return { status: 429, headers: { 'retry-after': String(retryAfterS) }, message }
}

type ToolCall = { readonly id: string | number; readonly name: string; readonly arguments: unknown }

/** Undefined for what is no call of a tool, or none that wants an answer: that is the protocol library's. */
function toolCall(message: unknown): ToolCall | undefined {
  if (!isObject(message) || message.jsonrpc !== '2.0' || message.method !== 'tools/call') return undefined
  const { id, params } = message
  if (!isObject(params) || typeof params.name !== 'string') return undefined
  return typeof id === 'string' || typeof id === 'number'
    ? { id, name: params.name, arguments: params.arguments }
    : undefined
}
