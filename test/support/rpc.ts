/** A tool's answer as an agent sees it. */
export type Answer = {
  readonly status: number
  readonly isError: boolean
  readonly value: Record<string, unknown> | undefined
  readonly text: string
  readonly meta: Record<string, unknown>
  /** `_meta["tillgate/error"]`. */
  readonly error:
    | { code?: string; message?: string; field?: string; record?: number; retry_after_s?: number }
    | undefined
  /** The protocol's own error. */
  readonly rpcError: { code: number; message: string } | undefined
  readonly raw: string
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** The headers of one request of MCP 2026-07-28. */
export function mcpHeaders(token: string | undefined, method: string, name?: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
}

/** The body of one request of MCP 2026-07-28. */
export function mcpBody(method: string, params: object = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } })
}

/** Calls a tool over plain HTTP, so that tests see every byte. */
export async function callTool(
  url: string,
  token: string | undefined,
  call: { name: string; arguments?: unknown },
): Promise<Answer> {
  const headers = mcpHeaders(token, 'tools/call', call.name)
  const response = await fetch(url, { method: 'POST', headers, body: mcpBody('tools/call', call) })
  return readAnswer(response)
}

export async function listTools(url: string, token: string): Promise<string[]> {
  const headers = mcpHeaders(token, 'tools/list')
  const response = await fetch(url, { method: 'POST', headers, body: mcpBody('tools/list') })
  const { result } = JSON.parse(await response.text())
  return result.tools.map((tool: { name: string }) => tool.name)
}

async function readAnswer(response: Response): Promise<Answer> {
  const raw = await response.text()
  const { result = {}, error } = raw.startsWith('{') ? JSON.parse(raw) : {}
  const meta = result._meta ?? {}
  return {
    status: response.status,
    isError: result.isError === true,
    value: result.structuredContent,
    text: result.content?.[0]?.text ?? '',
    meta,
    error: meta['tillgate/error'],
    rpcError: error,
    raw,
  }
}
