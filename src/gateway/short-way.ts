import type { IncomingMessage, ServerResponse } from 'node:http'
import { toolNamed } from '#commerce'
import { isObject } from './is-object.ts'
import { runCall } from './pipeline.ts'
import { INFO, type Passed } from './protocol.ts'
import type { ToolResult } from './reply.ts'
import type { World } from './world.ts'

/** An ordinary tool call of MCP 2026-07-28: nothing about it needs the protocol library's judgement. */
export type OrdinaryCall = { readonly id: string | number; readonly name: string; readonly arguments: unknown }

const REVISION = '2026-07-28'
const META = 'io.modelcontextprotocol/'

/**
 * The call, if the request is a `tools/call` in which every header and member is as the revision wants it. Undefined
 * for everything else, wrong or merely unusual: that goes to the library, which stays the authority for the protocol.
 */
export function ordinaryCall({ headers }: IncomingMessage, message: unknown): OrdinaryCall | undefined {
  if (!isObject(message) || message.jsonrpc !== '2.0' || message.method !== 'tools/call') return undefined
  const params = ordinaryParams(message.params)
  if (!params || !hasHeaders(headers, params.name)) return undefined
  const { id } = message
  if (typeof id === 'string') return { id, ...params }
  return typeof id === 'number' && Number.isSafeInteger(id) ? { id, ...params } : undefined
}

function ordinaryParams(params: unknown): Omit<OrdinaryCall, 'id'> | undefined {
  if (!isObject(params) || !isEnvelope(params._meta)) return undefined
  const { name, arguments: given } = params
  const isExpected = Object.keys(params).every((key) => key === 'name' || key === 'arguments' || key === '_meta')
  if (!isExpected || typeof name !== 'string' || (given !== undefined && !isObject(given))) return undefined
  return { name, arguments: given }
}

/** Whether the visitor may list the tool. What is unlisted is an error of the protocol and left to the library. */
export function isListed(call: OrdinaryCall, visitor: Passed['visitor']): boolean {
  const tool = toolNamed(call.name)
  return visitor !== 'unavailable' && tool !== undefined && visitor.role.scopes.includes(tool.scope)
}

/** Runs the call through the same steps as every other and answers as the library would, in one write. */
export async function answerOrdinary(
  call: OrdinaryCall,
  passed: Passed,
  response: { res: ServerResponse; world: World },
) {
  const { request, visitor, authenticateMs } = passed
  if (visitor === 'unavailable') throw new Error('an ordinary call needs a visitor')
  const asked = { request, visitor, authenticateMs, toolName: call.name, arguments: call.arguments }
  const reply = await runCall(asked, response.world)
  if (reply.kind !== 'result') throw new Error('a listed tool was not there')
  const body = encode(call.id, reply.result)
  response.res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.res.end(body)
}

/** The text of an answer is the JSON of its value already, so that it need not be made twice. */
function encode(id: string | number, { content, structuredContent, isError, _meta }: ToolResult): string {
  const [first] = content
  const value = structuredContent && first ? `"structuredContent":${first.text},` : ''
  const error = isError ? '"isError":true,' : ''
  const meta = JSON.stringify({ [`${META}serverInfo`]: INFO, ..._meta })
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete",${error}${value}"content":${JSON.stringify(content)},"_meta":${meta}}}`
}

function hasHeaders(headers: IncomingMessage['headers'], name: string): boolean {
  return (
    headers['content-type'] === 'application/json' &&
    headers['mcp-protocol-version'] === REVISION &&
    headers['mcp-method'] === 'tools/call' &&
    headers['mcp-name'] === name
  )
}

function isEnvelope(meta: unknown): boolean {
  if (!isObject(meta) || meta[`${META}protocolVersion`] !== REVISION) return false
  const client = meta[`${META}clientInfo`]
  const isClient = isObject(client) && typeof client.name === 'string' && typeof client.version === 'string'
  return isObject(meta[`${META}clientCapabilities`]) && isClient && Object.keys(meta).length === 3
}
