import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
  type Transport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { ClientCredentialsProvider as ClientCredentialsProviderV1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { z } from 'zod'

const tool = z.looseObject({ name: z.string(), outputSchema: z.record(z.string(), z.unknown()) })
const answer = z.looseObject({
  isError: z.boolean().optional(),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
})

export type ListedTool = z.output<typeof tool>
export type ToolAnswer = z.output<typeof answer>

/** A connected client of the MCP SDK; it checks answers against the output schemas once the tools were listed. */
export type McpClient = {
  /** The protocol revision that both sides agreed on. */
  readonly revision: string | undefined
  listTools(): Promise<ListedTool[]>
  callTool(name: string, args: Record<string, unknown>): Promise<ToolAnswer>
  close(): Promise<void>
}

/** A token to send, or the credentials with which the client finds its way from the 401 to a token by itself. */
type ClientAuth =
  | { readonly token: string }
  | { readonly issuer: string; readonly client_id: string; readonly client_secret: string }

export type Connect = (url: string, auth: ClientAuth) => Promise<McpClient>

const INFO = { name: 'tillgate-test', version: '1.0.0' }

/** The ways in which the two generations of the SDK speak to a server. */
export const sdkClients: readonly { name: string; revision: string; connect: Connect }[] = [
  { name: 'SDK v2 pinned to 2026-07-28', revision: '2026-07-28', connect: clientV2({ pin: '2026-07-28' }) },
  { name: 'SDK v2 that finds out the revision', revision: '2026-07-28', connect: clientV2('auto') },
  { name: 'SDK v2 in its 2025 mode', revision: '2025-11-25', connect: clientV2('legacy') },
  { name: 'SDK v1', revision: '2025-11-25', connect: clientV1 },
]

function clientV2(mode: VersionNegotiationMode): Connect {
  return (url, auth) => {
    const options =
      'token' in auth
        ? { requestInit: { headers: { authorization: `Bearer ${auth.token}` } } }
        : {
            authProvider: new ClientCredentialsProvider(credentials(auth)),
          }
    return openV2(mode, new StreamableHTTPClientTransport(new URL(url), options))
  }
}

/** Connects a client of SDK v2 over any transport. */
export async function openV2(mode: VersionNegotiationMode, transport: Transport): Promise<McpClient> {
  const client = new Client(INFO, { versionNegotiation: { mode } })
  await client.connect(transport)
  return ownV2(client)
}

/** A connected client of SDK v2, with its answers parsed. */
export function ownV2(client: Client): McpClient {
  return { revision: client.getNegotiatedProtocolVersion(), ...calls(client) }
}

/** As `ownV2`, of SDK v1. */
export function ownV1(client: ClientV1, transport: StreamableHTTPClientTransportV1): McpClient {
  return { revision: transport.protocolVersion, ...calls(client) }
}

function calls(client: Client | ClientV1): Omit<McpClient, 'revision'> {
  return {
    listTools: async () => z.array(tool).parse((await client.listTools()).tools),
    callTool: async (name, args) => answer.parse(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  }
}

function credentials({ issuer, client_id, client_secret }: Exclude<ClientAuth, { token: string }>) {
  return { clientId: client_id, clientSecret: client_secret, expectedIssuer: issuer }
}

async function clientV1(url: string, auth: ClientAuth): Promise<McpClient> {
  const client = new ClientV1(INFO)
  const options =
    'token' in auth
      ? { requestInit: { headers: { authorization: `Bearer ${auth.token}` } } }
      : {
          authProvider: new ClientCredentialsProviderV1(credentials(auth)),
        }
  const transport = new StreamableHTTPClientTransportV1(new URL(url), options)
  await client.connect(transport)
  return ownV1(client, transport)
}
