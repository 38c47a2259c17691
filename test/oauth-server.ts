import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isScope } from '#commerce'
import {
  type AuthorizationServer,
  challenge,
  createAuthorizationServer,
  createMachineAgent,
  createWorkspace,
  type MachineAgent,
  type OauthEvent,
  protectedResourceMetadata,
  resourceOfMetadataPath,
} from '#identity'
import { type Clock, type Secret, systemClock, toAppError, tokenHash } from '#kernel'
import { type Entry, enterByToken, type Pools } from '#store'
import { createVault, localKeyProvider, type Vault } from '#vault'
import type { TestDatabase } from './database.ts'

export type Credentials = { readonly clientId: string; readonly clientSecret: Secret | string }

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }

/** The authorization server on a loopback port, with the workspaces `one` and `two`. */
export type TestOauthServer = {
  readonly base: string
  readonly workspaces: { readonly one: string; readonly two: string }
  /** What it told since the last `splice`. */
  readonly events: OauthEvent[]
  /** A new analyst of workspace one. */
  newAgent(more?: { scopes?: string[] }): Promise<MachineAgent>
  post(path: string, form: Record<string, string>, credentials?: Credentials): Promise<Answer>
  /** A request for a token with HTTP Basic. */
  ask(credentials: Credentials, form?: Record<string, string>): Promise<Answer>
  /** An access token; throws where none came. */
  token(credentials: Credentials, form?: Record<string, string>): Promise<string>
  /** What the door of agents says to a token. */
  enter(accessToken: string, resource: string): Promise<Entry | undefined>
  /** One more server on the same database with the same vault, as a second replica. */
  another(more?: Options): Promise<{ base: string; events: OauthEvent[]; stop(): Promise<void> }>
  stop(): Promise<void>
}

type Parts = Parameters<typeof createAuthorizationServer>[0]
type Options = Partial<Pick<Parts, 'fetchDocument' | 'limit' | 'clock' | 'keysEveryMs'>>

export async function startTestOauthServer(database: TestDatabase, options: Options = {}): Promise<TestOauthServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tg-oauth-'))
  const vault = await openVault(folder, options.clock ?? systemClock)
  const workspaces = await makeWorkspaces(database, vault)
  const { base, events, stop } = await listen({ pools: database.pools, vault }, options)
  const post: TestOauthServer['post'] = async (path, form, credentials) => {
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {}
    const response = await fetch(base + path, { method: 'POST', body: new URLSearchParams(form), headers })
    const body = await response.text()
    return { status: response.status, headers: response.headers, body: body === '' ? {} : JSON.parse(body) }
  }
  const ask: TestOauthServer['ask'] = (credentials, form) =>
    post('/oauth/token', { grant_type: 'client_credentials', ...form }, credentials)
  return {
    base,
    workspaces,
    events,
    newAgent: agentMaker(database, workspaces.one),
    post,
    ask,
    async token(credentials, form) {
      const { access_token } = (await ask(credentials, form)).body
      if (typeof access_token !== 'string') throw new Error('there came no token')
      return access_token
    },
    async enter(accessToken, resource) {
      const entered = await enterByToken(database.pools.app, { tokenHash: tokenHash(accessToken), resource }, null)
      return entered?.entry
    },
    another: (more) => listen({ pools: database.morePools(), vault }, { ...options, ...more }),
    async stop() {
      await stop()
      vault.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The header of HTTP Basic (RFC 6749 section 2.3.1). */
export function basic({ clientId, clientSecret }: Credentials): string {
  const secret = typeof clientSecret === 'string' ? clientSecret : clientSecret.reveal()
  return `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${secret}`).toString('base64')}`
}

async function openVault(folder: string, clock: Clock): Promise<Vault> {
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  return createVault({ provider, clock })
}

async function makeWorkspaces({ jobs }: TestDatabase, vault: Vault): Promise<TestOauthServer['workspaces']> {
  const one = await createWorkspace({ jobs, vault }, { slug: 'one', name: 'One' })
  const two = await createWorkspace({ jobs, vault }, { slug: 'two', name: 'Two' })
  return { one: one.workspaceId, two: two.workspaceId }
}

function agentMaker({ jobs, pools }: TestDatabase, workspaceId: string): TestOauthServer['newAgent'] {
  let made = 0
  return (more) => {
    made += 1
    const agent = { workspaceId, name: `agent ${made}`, role: 'analyst', stores: 'all', createdBy: 'test' } as const
    return createMachineAgent({ jobs, authPool: pools.auth }, { ...agent, ...more })
  }
}

type World = { pools: Pools; vault: Vault }

async function listen({ pools, vault }: World, options: Options) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const base = `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  const events: OauthEvent[] = []
  const oauth = await createAuthorizationServer({
    issuer: base,
    authPool: pools.auth,
    vault,
    clock: systemClock,
    fetchDocument: () => Promise.reject(new Error('nothing is fetched in this test')),
    limit: () => {},
    log: (event) => void events.push(event),
    ...options,
  })
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', base)
    const resource = resourceOfMetadataPath(pathname)
    if (resource) return response.end(JSON.stringify(protectedResourceMetadata(base, resource)))
    if (pathname.startsWith('/console/consent/')) return consentPage(oauth.interactions, request, response)
    if (pathname !== '/mcp') return oauth.handle(request, response, '192.0.2.7')
    return response.writeHead(401, { 'www-authenticate': challenge(base, 'core') }).end()
  })
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await oauth.stop()
  }
  return { base, events, stop }
}

/** A stand-in for the page that asks: GET tells what is asked, POST answers for the account and grant that its form names. */
async function consentPage(
  interactions: AuthorizationServer['interactions'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const uid = (request.url ?? '').slice('/console/consent/'.length)
  try {
    if (request.method === 'GET') {
      const asked = await interactions.read(request, response, uid)
      response.writeHead(asked ? 200 : 404).end(JSON.stringify(asked ?? {}))
      return
    }
    const form = new URLSearchParams(await text(request))
    const location = form.has('deny')
      ? await interactions.deny(request, response, uid)
      : await interactions.allow(request, response, {
          uid,
          accountId: form.get('account') ?? '',
          grantId: form.get('grant') ?? '',
          scopes: (form.get('scope') ?? '').split(' ').filter(isScope),
          expiresAt: null,
        })
    response.writeHead(303, { location }).end()
  } catch (error) {
    response.writeHead(410).end(JSON.stringify({ code: toAppError(error).code }))
  }
}
