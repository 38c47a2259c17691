import { randomUUID } from 'node:crypto'
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import {
  type OAuthClientProvider as OAuthClientProviderV1,
  UnauthorizedError as UnauthorizedErrorV1,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { clientMetadata } from './loopback-client.ts'
import { type McpClient, ownV1, ownV2 } from './mcp-client.ts'

type Tokens = {
  readonly access_token: string
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
}

/** A client that sends a person to a browser for its token. */
export type BrowserClient = McpClient & {
  /** The authorization URLs that it opened, newest last. */
  readonly opened: URL[]
  clientId(): string
  tokens(): Tokens
  /** What it holds as its access token opens nothing any more, as after ten minutes. */
  expire(): void
}

type Options = {
  /** The MCP endpoint. */
  readonly url: string
  readonly callback: string
  /** The person: from an authorization URL to the address at the client that it ends at. */
  readonly walk: (address: URL) => Promise<URL>
  /** The address of a client-id metadata document; else the client registers itself. */
  readonly document?: string
}

type ConnectByBrowser = (options: Options) => Promise<BrowserClient>

type Kind = {
  readonly name: string
  readonly revision: string
  readonly connect: ConnectByBrowser
  /** Knows client-id metadata documents, and asks the person again where a call needs more than its token has. */
  readonly isModern: boolean
}

/**
 * The generations and eras of the SDK, each finding its way from the 401 to a token. Version 1 answers a 403 with a refresh,
 * which cannot widen anything, and gives up (modelcontextprotocol/typescript-sdk#2255).
 */
export const browserClients: readonly Kind[] = [
  { name: 'SDK v2 that finds out the revision', revision: '2026-07-28', connect: connectV2('auto'), isModern: true },
  { name: 'SDK v2 in its 2025 mode', revision: '2025-11-25', connect: connectV2('legacy'), isModern: true },
  { name: 'SDK v1', revision: '2025-11-25', connect: connectV1, isModern: false },
]

const INFO = { name: 'tillgate-test', version: '1.0.0' }

type InfoOf<P extends { clientInformation(): unknown }> = NonNullable<Awaited<ReturnType<P['clientInformation']>>>
type TokensOf<P extends { tokens(): unknown }> = NonNullable<Awaited<ReturnType<P['tokens']>>>

type DiscoveryOf<P extends { discoveryState?: () => unknown }> = NonNullable<
  Awaited<ReturnType<NonNullable<P['discoveryState']>>>
>

function connectV2(mode: 'auto' | 'legacy'): ConnectByBrowser {
  return async (options) => {
    const memory = remember<
      InfoOf<OAuthClientProvider>,
      TokensOf<OAuthClientProvider>,
      DiscoveryOf<OAuthClientProvider>
    >(options)
    const authProvider: OAuthClientProvider = memory.provider
    const open = async () => {
      const transport = new StreamableHTTPClientTransport(new URL(options.url), { authProvider })
      const client = new Client(INFO, { versionNegotiation: { mode } })
      const finish = () => transport.finishAuth(memory.back().searchParams)
      await client.connect(transport).catch(async (error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error
        await finish()
        throw new Again()
      })
      return again(ownV2(client), finish, (error) => error instanceof UnauthorizedError)
    }
    return withMemory(await retry(open), memory)
  }
}

async function connectV1(options: Options): Promise<BrowserClient> {
  const memory = remember<
    InfoOf<OAuthClientProviderV1>,
    TokensOf<OAuthClientProviderV1>,
    DiscoveryOf<OAuthClientProviderV1>
  >(options)
  const authProvider: OAuthClientProviderV1 = memory.provider
  const open = async () => {
    const transport = new StreamableHTTPClientTransportV1(new URL(options.url), { authProvider })
    const client = new ClientV1(INFO)
    const finish = () => transport.finishAuth(memory.back().searchParams.get('code') ?? '')
    await client.connect(transport).catch(async (error: unknown) => {
      if (!(error instanceof UnauthorizedErrorV1)) throw error
      await finish()
      throw new Again()
    })
    return again(ownV1(client, transport), finish, (error) => error instanceof UnauthorizedErrorV1)
  }
  return withMemory(await retry(open), memory)
}

/** The transport has a token now, but was started already. */
class Again extends Error {}

async function retry<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Again) return open()
    throw error
  }
}

/** A call that ends in a new authorization is made once more after it. */
function again(client: McpClient, finish: () => Promise<void>, isAsked: (error: unknown) => boolean): McpClient {
  return {
    ...client,
    callTool: async (name, args) => {
      try {
        return await client.callTool(name, args)
      } catch (error) {
        if (!isAsked(error)) throw error
        await finish()
        return client.callTool(name, args)
      }
    },
  }
}

type Memory = Pick<BrowserClient, 'opened' | 'tokens' | 'expire'> & { client(): { readonly client_id: string } }

function withMemory(client: McpClient, { opened, client: info, tokens, expire }: Memory): BrowserClient {
  return { ...client, opened, clientId: () => info().client_id, tokens, expire }
}

/** What an application keeps of its authorization. */
function remember<Info, Tokens extends object, Discovery>({ callback, walk, document }: Options) {
  const kept: { info?: Info; tokens?: Tokens; discovery?: Discovery; verifier?: string; state?: string; back?: URL } =
    {}
  const opened: URL[] = []
  const provider = {
    redirectUrl: callback,
    ...(document !== undefined && { clientMetadataUrl: document }),
    clientMetadata: clientMetadata('Test client', [callback]),
    state: () => {
      kept.state = randomUUID()
      return kept.state
    },
    clientInformation: () => kept.info,
    saveClientInformation: (info: Info) => void Object.assign(kept, { info }),
    tokens: () => kept.tokens,
    saveTokens: (tokens: Tokens) => void Object.assign(kept, { tokens }),
    discoveryState: () => kept.discovery,
    saveDiscoveryState: (discovery: Discovery) => void Object.assign(kept, { discovery }),
    saveCodeVerifier: (verifier: string) => void Object.assign(kept, { verifier }),
    codeVerifier: () => known(kept.verifier),
    async redirectToAuthorization(address: URL) {
      opened.push(address)
      const back = await walk(address)
      if (back.searchParams.get('state') !== kept.state) throw new Error(`the state came back changed: ${back}`)
      kept.back = back
    },
  }
  return {
    provider,
    opened,
    back: () => known(kept.back),
    client: () => known(kept.info),
    tokens: () => known(kept.tokens),
    expire: () => void Object.assign(kept, { tokens: { ...known(kept.tokens), access_token: 'tg_at_over' } }),
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the client has not come that far')
  return value
}
