/** The two eras of the protocol: 2026-07-28 says all in each request, the ones before answer as one event of a stream. */
export type Revision = '2026-07-28' | '2025-11-25'

type Message = { readonly method: 'tools/call' | 'tools/list'; readonly params: Readonly<Record<string, unknown>> }

/** Headers and body of one request, as a client of that revision sends it. */
export function request(revision: Revision, { method, params }: Message) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': revision,
  }
  if (revision === '2025-11-25') return { headers, body: text(method, params) }
  headers['mcp-method'] = method
  if (typeof params.name === 'string') headers['mcp-name'] = params.name
  return { headers, body: text(method, { ...params, _meta: ENVELOPE }) }
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '0.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

function text(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}
