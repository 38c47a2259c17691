import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isToken, newToken, tokenHash } from '#kernel'
import { presets } from '#policy'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { basic, startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import type { MachineAgent } from '../agents.ts'
import { revokeAgent, rotateAgentSecret } from '../existing-agents.ts'
import { oidcAdapter } from './adapter.ts'

let database: TestDatabase
let oauth: TestOauthServer
let agent: MachineAgent

beforeAll(async () => {
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database)
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
})
beforeEach(async () => {
  agent = await oauth.newAgent()
  oauth.events.length = 0
})

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const parts = () => ({ jobs: database.jobs, authPool: database.pools.auth })

describe('a machine agent', () => {
  it('gets an opaque token of ours for ten minutes, with its whole ceiling, for Core unless it names a resource', async () => {
    const { status, body, headers } = await oauth.ask(agent)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: 600,
      scope: presets.analyst.scopes.join(' '),
      token_type: 'Bearer',
    })
    const accessToken = `${body.access_token}`
    expect(isToken(accessToken, 'at')).toBe(true)
    expect(await oauth.enter(accessToken, 'core')).toMatchObject({
      refusal: null,
      workspace_id: oauth.workspaces.one,
      grant_id: agent.grantId,
      agent_id: agent.agentId,
      client_id: agent.clientId,
      token_scopes: presets.analyst.scopes.join(' '),
    })
  })

  it('opens the door with a token for that resource only', async () => {
    const core = await oauth.token(agent, { resource: `${oauth.base}/mcp` })
    const own = await oauth.token(agent, { resource: `${oauth.base}/mcp/w/one` })
    expect((await oauth.enter(core, 'core'))?.refusal).toBeNull()
    expect((await oauth.enter(own, 'w/one'))?.refusal).toBeNull()
    expect((await oauth.enter(core, 'w/one'))?.refusal).toBe('wrong_resource')
    expect((await oauth.enter(own, 'core'))?.refusal).toBe('wrong_resource')
    expect(await oauth.enter(newToken('at'), 'core')).toBeUndefined()
  })

  it('gets no token for the workspace of others, for a resource that is not there, or for two at once', async () => {
    for (const resource of ['/mcp/w/two', '/mcp/w/nowhere', '/mcp/nowhere', '', '/mcp?x', '/mcp/w/one/..']) {
      expect(await oauth.ask(agent, { resource: oauth.base + resource })).toMatchObject({
        status: 400,
        body: { error: 'invalid_target' },
      })
    }
    for (const resource of ['http://elsewhere.example/mcp', 'core', `${oauth.base}.example/mcp`]) {
      expect(await oauth.ask(agent, { resource })).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    }
    const twice = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['resource', `${oauth.base}/mcp`],
      ['resource', `${oauth.base}/mcp/w/one`],
    ])
    const answer = await fetch(`${oauth.base}/oauth/token`, {
      method: 'POST',
      body: twice,
      headers: { authorization: basic(agent) },
    })
    expect(await answer.json()).toMatchObject({ error: 'invalid_target' })
  })

  it('gets the part of its ceiling that it asks for and nothing above it', async () => {
    const narrow = await oauth.ask(agent, { scope: 'orders:read stores:read' })
    expect(narrow.body.scope).toBe('orders:read stores:read')
    expect((await oauth.enter(`${narrow.body.access_token}`, 'core'))?.token_scopes).toBe('orders:read stores:read')
    for (const scope of ['orders:write', 'orders:read customers:read', 'openid', 'offline_access', 'root', ' ']) {
      expect(await oauth.ask(agent, { scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    }
    const small = await oauth.newAgent({ scopes: ['stores:read'] })
    expect((await oauth.ask(small)).body.scope).toBe('stores:read')
    expect((await oauth.ask(small, { scope: 'orders:read' })).body.error).toBe('invalid_scope')
  })

  it('gets no token that its grant does not cover at the moment when it is written', async () => {
    const tokens = oidcAdapter(database.pools.auth)('ClientCredentials')
    const payload = { clientId: agent.clientId, scope: 'stores:read', aud: 'w/one' }
    await tokens.upsert(newToken('at'), payload, 60)
    for (const beyond of [{ scope: 'stores:read orders:write' }, { aud: 'w/two' }, { aud: 'metrics' }]) {
      await expect(tokens.upsert(newToken('at'), { ...payload, ...beyond }, 60)).rejects.toThrow('unauthorized_client')
    }
  })

  it('may send its secret in the form instead', async () => {
    const form = { grant_type: 'client_credentials', client_id: agent.clientId }
    const answer = await oauth.post('/oauth/token', { ...form, client_secret: agent.clientSecret.reveal() })
    expect(isToken(`${answer.body.access_token}`, 'at')).toBe(true)
  })

  it('is told the same for a wrong secret, another agent’s secret, the hash of its secret, and an unknown client', async () => {
    const hash = tokenHash(agent.clientSecret.reveal()).toString('base64url')
    const another = await oauth.newAgent()
    const answers = [
      await oauth.ask({ ...agent, clientSecret: newToken('cs') }),
      await oauth.ask({ ...agent, clientSecret: another.clientSecret }),
      await oauth.ask({ ...agent, clientSecret: hash }),
      await oauth.ask({ ...agent, clientId: `tg_client_${'0'.repeat(32)}` }),
      await oauth.ask({ ...agent, clientId: `tg_reg_${'0'.repeat(32)}` }),
    ]
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401)
      expect(body).toEqual({ error: 'invalid_client', error_description: 'client authentication failed' })
      expect(headers.get('www-authenticate')).toMatch(/^Basic /)
    }
    expect(
      await oauth.post('/oauth/token', { grant_type: 'client_credentials', client_id: agent.clientId }),
    ).toMatchObject({
      status: 401,
    })
  })

  it('gets no other grant type', async () => {
    for (const grant_type of ['authorization_code', 'password', 'refresh_token', 'implicit']) {
      const { status, body } = await oauth.ask(agent, { grant_type, code: 'x', redirect_uri: 'http://localhost/' })
      expect([status, body.access_token]).toEqual([400, undefined])
    }
  })

  it('has two working secrets while one is rotated and one afterwards', async () => {
    const { clientId } = agent
    const { name } = (await superuser('select name from tillgate.agents where client_id = $1', [clientId])).rows[0]
    const rotation = { workspaceId: oauth.workspaces.one, agent: name, overlapSeconds: 60 }
    const next = await rotateAgentSecret(parts(), rotation)
    expect((await oauth.ask(agent)).status).toBe(200)
    expect((await oauth.ask(next)).status).toBe(200)
    await superuser(
      `update auth.client_secrets set expires_at = now() where client_id = $1 and expires_at is not null`,
      [clientId],
    )
    expect((await oauth.ask(agent)).status).toBe(401)
    expect((await oauth.ask(next)).status).toBe(200)
  })

  it('gets twenty different tokens for twenty requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => oauth.ask(agent)))
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(20)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })

  it('that was revoked gets no token, and the one it has opens nothing from the next call on', async () => {
    const before = await oauth.token(agent)
    expect((await oauth.enter(before, 'core'))?.refusal).toBeNull()
    const revocation = { workspaceId: oauth.workspaces.one, agent: agent.agentId, by: 'operator:ada' }
    await revokeAgent(parts(), revocation)
    expect(await oauth.enter(before, 'core')).toBeUndefined()
    expect((await oauth.ask(agent)).status).toBe(401)
  })

  it('whose grant has ended opens nothing even while its token and secret are still there', async () => {
    const before = await oauth.token(agent)
    await superuser('update tillgate.grants set revoked_at = now() where grant_id = $1', [agent.grantId])
    expect((await oauth.enter(before, 'core'))?.refusal).toBe('grant_ended')
    expect((await oauth.ask(agent)).status).toBe(401)
  })

  it('is refused at the door with an expired token', async () => {
    const expired = await oauth.token(agent)
    await superuser(`update auth.access_tokens set expires_at = now() - interval '1 second' where hash = $1`, [
      tokenHash(expired),
    ])
    expect((await oauth.enter(expired, 'core'))?.refusal).toBe('token_expired')
  })
})

describe('revocation of a token', () => {
  it('ends a token of one’s own and no other token', async () => {
    const [ended, kept] = [await oauth.token(agent), await oauth.token(agent)]
    const answer = await oauth.post('/oauth/revoke', { token: ended }, agent)
    expect(answer).toMatchObject({ status: 200, body: {} })
    expect(await oauth.enter(ended, 'core')).toBeUndefined()
    expect((await oauth.enter(kept, 'core'))?.refusal).toBeNull()
  })

  it('by another client looks the same and ends nothing', async () => {
    const theirs = await oauth.token(agent)
    const other = await oauth.newAgent()
    const answer = await oauth.post('/oauth/revoke', { token: theirs }, other)
    expect(answer).toMatchObject({ status: 200, body: {} })
    expect((await oauth.enter(theirs, 'core'))?.refusal).toBeNull()
    expect((await oauth.post('/oauth/revoke', { token: theirs })).status).toBe(400)
  })
})
