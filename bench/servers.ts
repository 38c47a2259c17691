import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server'
import { type Tool, tools } from '#commerce'
import { catalogue } from '#gateway'
import { listenOnLoopback } from './loopback.ts'
import type { ServerOrder } from './protocol.ts'

/** The servers of comparison. Each does nothing but answer; which one this process is comes over IPC. */
process.on('disconnect', () => process.exit(0))
process.once('message', async (order: ServerOrder) => {
  process.send?.(await listenOnLoopback(serverOf(order)))
})

const INFO = { name: 'bench', version: '0.0.0' }
const NINE = Object.values<Tool>(tools)

function serverOf(order: ServerOrder): HttpServer {
  switch (order.kind) {
    case 'raw':
      return raw(order)
    case 'low-level':
      return lowLevel(order)
    case 'mcp-server':
      return mcpServer(order)
  }
}

/** No protocol at all: reads JSON, writes JSON of the size of the other answers. */
function raw({ answer }: ServerOrder): HttpServer {
  return createServer(async (req, res) => {
    const { id } = JSON.parse(await bodyOf(req))
    const text = JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...answer } })
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    res.end(text)
  })
}

/** The SDK's low-level server, stateless, one a request, with a list of tools that is made once. */
function lowLevel({ tools: count, answer }: ServerOrder): HttpServer {
  const list = manyTools(count).map(({ name, title, description, wire }) => ({
    name,
    title,
    description,
    inputSchema: wire.inputSchema,
    outputSchema: wire.outputSchema,
    annotations: wire.annotations,
  }))
  const factory = () => {
    const server = new Server(INFO, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', () => ({ tools: list }))
    server.setRequestHandler('tools/call', () => fresh(answer))
    return server
  }
  return served(factory)
}

/** The SDK's high-level server: schemas shared between requests, tools registered anew for each, as it wants. */
function mcpServer({ tools: count, answer }: ServerOrder): HttpServer {
  const all = manyTools(count)
  const factory = () => {
    const server = new McpServer(INFO)
    for (const { name, title, description, input, output, wire } of all) {
      const config = { title, description, inputSchema: input, outputSchema: output, annotations: wire.annotations }
      server.registerTool(name, config, () => fresh(answer))
    }
    return server
  }
  return served(factory)
}

function served(factory: () => Server | McpServer): HttpServer {
  const handle = toNodeHandler(createMcpHandler(factory))
  return createServer((req, res) => {
    const { method = 'POST', url = '/' } = req
    void handle(Object.assign(req, { method, url }), res)
  })
}

/** Tillgate's nine tools, then copies of them under other names. */
function manyTools(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const like = catalogue[index % NINE.length]
    if (!like) throw new Error('there are no tools')
    return index < NINE.length ? like : { ...like, name: `${like.name}_${index}` }
  })
}

/** As Tillgate's answer: the text is made from the object for each call. */
function fresh({ structuredContent, _meta }: ServerOrder['answer']) {
  return {
    content: [{ type: 'text' as const, text: JSON.stringify(structuredContent) }],
    structuredContent: { ...structuredContent },
    _meta: { ..._meta },
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
