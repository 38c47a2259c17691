import type { Scope } from '#commerce'
import type { AppError } from '#kernel'
import { type Call, found } from './call.ts'
import type { World } from './world.ts'

/** What a tool call answers with. */
export type Reply =
  | Answered
  /** The agent is to come back with a token of these scopes: the HTTP door says so with a status (RFC 6750). */
  | { readonly kind: 'step_up'; readonly scopes: readonly Scope[]; readonly result: ToolResult }
  /** The protocol's own error, for a tool that does not exist. */
  | { readonly kind: 'unknown_tool' }

type Answered = {
  readonly kind: 'result'
  readonly result: ToolResult
  /** What the result tells of, where it is an error. */
  readonly error?: AppError
}

/** `CallToolResult` of MCP 2026-07-28, with our members of `_meta`. */
export type ToolResult = {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: true
  _meta: Record<string, unknown>
}

/** The screened answer, its labels and its receipt. */
export function success(call: Call, world: World): Reply {
  const { value, labels } = found(call.screened)
  const structuredContent = { ...value, ...nextCursor(call, world) }
  return {
    kind: 'result',
    result: {
      content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
      structuredContent,
      _meta: { 'tillgate/labels': labels, 'tillgate/receipt': found(call.receipt) },
    },
  }
}

function nextCursor(call: Call, world: World): { next_cursor?: string } {
  const platformCursor = call.answer?.nextCursor
  if (platformCursor === undefined) return {}
  const owner = { grant: call.visitor.entry.grant_id, tool: call.toolName, arguments: found(call.input) }
  return { next_cursor: world.cursors.seal(owner, platformCursor) }
}

/** A refusal or failure in the caller's words. It has no structuredContent: clients check that against the output schema. */
export function toolError(error: AppError, record: number | undefined): Answered {
  const { code, message, field, retryAfterS } = error
  const note = record === undefined ? code : `${code}, record ${record}`
  return {
    kind: 'result',
    error,
    result: {
      isError: true,
      content: [{ type: 'text', text: `${message} (${note})` }],
      _meta: {
        'tillgate/error': {
          code,
          message,
          ...(field !== undefined && { field }),
          ...(retryAfterS !== undefined && { retry_after_s: retryAfterS }),
          ...(record !== undefined && { record }),
        },
      },
    },
  }
}
