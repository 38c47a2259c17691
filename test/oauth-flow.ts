import { randomBytes } from 'node:crypto'
import { sha256 } from '#kernel'
import { type CookieBrowser, cookieBrowser } from './cookie-browser.ts'
import type { TestDatabase } from './database.ts'
import { type Connected, connect } from './oauth-people.ts'
import type { TestOauthServer } from './oauth-server.ts'

export const REDIRECT = 'http://127.0.0.1:3999/callback'
export const SCOPES_GIVEN = ['stores:read', 'orders:read', 'orders:write'] as const

export type Registered = { readonly clientId: string; readonly clientSecret?: string }

/** The answer to a registration (RFC 7591). */
export async function register(oauth: TestOauthServer, metadata: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${oauth.base}/oauth/register`, { method: 'POST', headers, body: JSON.stringify(metadata) })
}

/** A public client with a loopback redirect, as SDKs register themselves; `more` changes its metadata. */
export async function newClient(oauth: TestOauthServer, more: object = {}): Promise<Registered> {
  const metadata = { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', client_name: 'Test', ...more }
  const answer = await register(oauth, metadata)
  const { client_id, client_secret } = Object(await answer.json())
  return { clientId: client_id, ...(client_secret && { clientSecret: client_secret }) }
}

export type Request = { readonly url: string; readonly verifier: string }

/** An authorization request; a parameter that is undefined is left out. */
export function request(
  oauth: TestOauthServer,
  clientId: string,
  more: Record<string, string | undefined> = {},
): Request {
  const verifier = randomBytes(32).toString('base64url')
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: 's1',
    resource: `${oauth.base}/mcp`,
    code_challenge: sha256(verifier).toString('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return { url: `${oauth.base}/oauth/authorize?${query}`, verifier }
}

export type Answer = Connected & { readonly scopes?: readonly string[] }

/** From the request over the page that asks to the redirect with the answer for the client. */
export async function allow(browser: CookieBrowser, { url }: Request, answer: Answer): Promise<URL> {
  const page = browser.next(await browser.get(url)).href
  const resume = await answerPage(browser, page, answer)
  return browser.next(await browser.get(browser.next(resume).href))
}

export function answerPage(
  browser: CookieBrowser,
  page: string,
  { accountId, grantId, scopes }: Answer,
): Promise<Response> {
  return browser.post(page, { account: accountId, grant: grantId, scope: (scopes ?? SCOPES_GIVEN).join(' ') })
}

export type Tokens = { readonly accessToken: string; readonly refreshToken: string; readonly scope: string }

/** What a test needs of a client that a member has connected. */
export type Connection = Tokens &
  Connected & { readonly clientId: string; readonly code: string; readonly verifier: string }

/** Registers a client and connects it for a new member of workspace one. */
export async function connected(
  { oauth, database }: { oauth: TestOauthServer; database: TestDatabase },
  more: Record<string, string | undefined> = {},
): Promise<Connection> {
  const { clientId } = await newClient(oauth)
  const workspaceId = oauth.workspaces.one
  const person = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN })
  return { ...person, clientId, ...(await tokensFor(oauth, clientId, { ...person, more })) }
}

/** One more authorization of a client by a member. */
export async function tokensFor(
  oauth: TestOauthServer,
  clientId: string,
  { more, ...answer }: Answer & { more?: Record<string, string | undefined> },
): Promise<Tokens & { code: string; verifier: string }> {
  const asked = request(oauth, clientId, more)
  const code = (await allow(cookieBrowser(), asked, answer)).searchParams.get('code') ?? ''
  const { body } = await redeem(oauth, clientId, { code, verifier: asked.verifier })
  const tokens = { accessToken: `${body.access_token}`, refreshToken: `${body.refresh_token}`, scope: `${body.scope}` }
  return { ...tokens, code, verifier: asked.verifier }
}

export function redeem(
  oauth: TestOauthServer,
  clientId: string,
  { code, verifier, ...more }: { code: string; verifier: string } & Record<string, string>,
) {
  const form = { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier }
  return oauth.post('/oauth/token', { ...form, redirect_uri: REDIRECT, ...more })
}

export function refresh(
  oauth: Pick<TestOauthServer, 'post'>,
  clientId: string,
  refreshToken: string,
  more: Record<string, string> = {},
) {
  return oauth.post('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
    ...more,
  })
}
