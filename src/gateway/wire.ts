import { z } from 'zod'
import { type Tool, tools } from '#commerce'
import { sha256 } from '#kernel'

/** A tool as `tools/list` shows it. */
export type WireTool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: { type: 'object'; [key: string]: unknown }
  readonly outputSchema: { type: 'object'; [key: string]: unknown }
  readonly annotations: {
    readonly readOnlyHint: boolean
    readonly destructiveHint: boolean
    readonly idempotentHint: boolean
    readonly openWorldHint: boolean
  }
}

const nextCursor = z
  .string()
  .optional()
  .describe('give it as `cursor` to get the next page; absent on the last page; valid for an hour')

/** The tool in the words of the protocol (MCP 2026-07-28, tools); JSON Schema 2020-12. */
function wireTool(tool: Tool): WireTool {
  const output = tool.paged ? tool.output.extend({ next_cursor: nextCursor }) : tool.output
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...z.toJSONSchema(tool.input, { io: 'input' }), type: 'object' },
    outputSchema: { ...z.toJSONSchema(output), type: 'object' },
    annotations: {
      readOnlyHint: tool.effect === 'read',
      destructiveHint: tool.effect === 'delete' || tool.effect === 'spend',
      idempotentHint: tool.effect === 'read',
      openWorldHint: tool.onStore,
    },
  }
}

/** Every tool with its wire form, in the catalogue's order, made once. */
export const catalogue = Object.values<Tool>(tools).map((tool) => ({ ...tool, wire: wireTool(tool) }))

/** Digest of everything that agents are told about the tools; it stands in every record. */
export const catalogueDigest = sha256(JSON.stringify(catalogue.map((tool) => tool.wire)))
  .toString('hex')
  .slice(0, 16)
