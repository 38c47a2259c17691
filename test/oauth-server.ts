import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  challenge,
  createAuthorizationServer,
  createMachineAgent,
  createWorkspace,
  loadOauthKeys,
  type MachineAgent,
  type OauthEvent,
  protectedResourceMetadata,
  resourceOfMetadataPath,
} from '#identity'
import { type Secret, systemClock, tokenHash } from '#kernel'
import { type Entry, enterByToken } from '#store'
import { createVault, localKeyProvider } from '#vault'
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
  stop(): Promise<void>
}

export async function startTestOauthServer(database: TestDatabase): Promise<TestOauthServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tg-oauth-'))
  const workspaces = await makeWorkspaces(database, folder)
  const events: OauthEvent[] = []
  const { base, close } = await listen({ database, folder, log: (event) => void events.push(event) })
  const post: TestOauthServer['post'] = async (path, form, credentials) => {
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {}
    const response = await fetch(base + path, { method: 'POST', body: new URLSearchParams(form), headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
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
    async stop() {
      close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The header of HTTP Basic (RFC 6749 section 2.3.1). */
export function basic({ clientId, clientSecret }: Credentials): string {
  const secret = typeof clientSecret === 'string' ? clientSecret : clientSecret.reveal()
  return `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${secret}`).toString('base64')}`
}

async function makeWorkspaces({ jobs }: TestDatabase, folder: string): Promise<TestOauthServer['workspaces']> {
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  const vault = createVault({ provider, clock: systemClock })
  const one = await createWorkspace({ jobs, vault }, { slug: 'one', name: 'One' })
  const two = await createWorkspace({ jobs, vault }, { slug: 'two', name: 'Two' })
  vault.close()
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

type Listening = { database: TestDatabase; folder: string; log: (event: OauthEvent) => void }

async function listen({ database, folder, log }: Listening) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const base = `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  const keys = await loadOauthKeys(folder)
  const oauth = createAuthorizationServer({ issuer: base, authPool: database.pools.auth, ...keys, log })
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', base)
    const resource = resourceOfMetadataPath(pathname)
    if (resource) return response.end(JSON.stringify(protectedResourceMetadata(base, resource)))
    if (pathname !== '/mcp') return oauth.handle(request, response, '192.0.2.7')
    return response.writeHead(401, { 'www-authenticate': challenge(base, 'core') }).end()
  })
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { base, close }
}
