import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type Connection, connected, newClient, refresh, SCOPES_GIVEN, tokensFor } from '../../../test/oauth-flow.ts'
import { connect, endGrant } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import { oidcAdapter } from './adapter.ts'
import { endTokensOfGrants } from './credentials.ts'

let database: TestDatabase
let oauth: TestOauthServer
let connection: Connection

beforeAll(async () => {
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database)
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
})
beforeEach(async () => {
  connection = await connected({ oauth, database })
  oauth.events.length = 0
})

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const use = (refreshToken: string, more: Record<string, string> = {}) =>
  refresh(oauth, connection.clientId, refreshToken, more)
const isOpen = async (accessToken: string) => (await oauth.enter(accessToken, 'core'))?.refusal === null
/** As if what was used now had been used a minute ago. */
const aMinuteLater = () =>
  superuser(`update auth.oidc_models set consumed_at = consumed_at - interval '1 minute' where consumed_at is not null`)
const invalidGrant = { status: 400, body: { error: 'invalid_grant', error_description: 'grant request is invalid' } }

describe('a refresh token', () => {
  it('gives new tokens for the same grant, scope and resource, and a new refresh token each time', async () => {
    const { status, body } = await use(connection.refreshToken)
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: 600,
      scope: SCOPES_GIVEN.join(' '),
      token_type: 'Bearer',
    })
    expect(body.refresh_token).not.toBe(connection.refreshToken)
    expect(await oauth.enter(`${body.access_token}`, 'core')).toMatchObject({
      refusal: null,
      grant_id: connection.grantId,
    })
    const next = await use(`${body.refresh_token}`, { scope: 'orders:read', resource: `${oauth.base}/mcp` })
    expect(next.body.scope).toBe('orders:read')
    expect((await use(`${next.body.refresh_token}`)).body.scope).toBe(SCOPES_GIVEN.join(' '))
  })

  it('does not widen its scope and does not change its resource', async () => {
    const { refreshToken } = connection
    for (const scope of ['orders:read refunds:create', 'openid', 'root']) {
      expect(await use(refreshToken, { scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    }
    for (const resource of [`${oauth.base}/mcp/w/one`, 'https://elsewhere.example/mcp']) {
      expect(await use(refreshToken, { resource })).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    }
    // What was refused has not used it up.
    expect((await use(refreshToken)).status).toBe(200)
  })

  it('is worth nothing for another client', async () => {
    const { clientId } = await newClient(oauth)
    expect(await refresh(oauth, clientId, connection.refreshToken)).toMatchObject(invalidGrant)
    expect((await use(connection.refreshToken)).status).toBe(200)
  })

  it('is not given to a client that did not ask for the grant type', async () => {
    const { clientId } = await newClient(oauth, { grant_types: ['authorization_code'] })
    const workspaceId = oauth.workspaces.one
    const person = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN })
    expect((await tokensFor(oauth, clientId, person)).refreshToken).toBe('undefined')
  })

  it('lives for 14 days after its last use, and never longer than its grant', async () => {
    const lifetimes = async () => {
      const { rows } = await superuser(
        `select model, extract(epoch from expires_at - now())::int as left from auth.oidc_models
         where payload ->> 'clientId' = $1 and model in ('RefreshToken', 'Grant') and consumed_at is null`,
        [connection.clientId],
      )
      return Object.fromEntries(rows.map((row) => [row.model, row.left]))
    }
    const { RefreshToken } = await lifetimes()
    expect(RefreshToken).toBeGreaterThan(14 * 86_400 - 60)
    expect(RefreshToken).toBeLessThanOrEqual(14 * 86_400)
    const { clientId } = connection
    const person = await connect(database, {
      workspaceId: oauth.workspaces.one,
      clientId,
      scopes: SCOPES_GIVEN,
      secondsLeft: 100,
    })
    await superuser('truncate auth.oidc_models')
    const { refreshToken } = await tokensFor(oauth, clientId, person)
    expect((await lifetimes()).RefreshToken).toBeLessThanOrEqual(100)
    const answer = await use(refreshToken)
    expect(answer.body.expires_in).toBeLessThanOrEqual(100)
    expect((await lifetimes()).RefreshToken).toBeLessThanOrEqual(100)
  })

  it('that has expired is refused and ends nothing', async () => {
    await superuser(`update auth.oidc_models set expires_at = now() where model = 'RefreshToken'`)
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    expect(await isOpen(connection.accessToken)).toBe(true)
  })
})

describe('a refresh token that comes again', () => {
  it('within the grace gives the very same answer, also at another replica', async () => {
    const first = await use(connection.refreshToken)
    expect((await use(connection.refreshToken)).body).toEqual(first.body)
    const replica = await oauth.another()
    const post = (path: string, form: Record<string, string>) =>
      fetch(replica.base + path, { method: 'POST', body: new URLSearchParams(form) })
    const form = {
      grant_type: 'refresh_token',
      client_id: connection.clientId,
      refresh_token: connection.refreshToken,
    }
    expect(await (await post('/oauth/token', form)).json()).toEqual(first.body)
    await replica.stop()
    expect(oauth.events.map(({ event }) => event)).toEqual(['token_issued'])
    expect((await use(`${first.body.refresh_token}`)).status).toBe(200)
  })

  it('eight times at once gives one new refresh token', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => use(connection.refreshToken)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1)
  })

  it('with another scope gives nothing, and ends nothing within the grace', async () => {
    const first = await use(connection.refreshToken)
    expect(await use(connection.refreshToken, { scope: 'orders:read' })).toMatchObject(invalidGrant)
    expect(await isOpen(`${first.body.access_token}`)).toBe(true)
  })

  it('after the grace ends its whole family and is told, while other authorizations of the client live on', async () => {
    const { clientId, accountId, grantId } = connection
    const other = await tokensFor(oauth, clientId, { accountId, grantId })
    const first = await use(connection.refreshToken)
    await aMinuteLater()
    oauth.events.length = 0
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    expect(oauth.events).toEqual([
      {
        event: 'refresh_reused',
        route: 'token',
        address: '192.0.2.7',
        clientId,
        grantId,
        error: 'invalid_grant',
        reason: 'refresh token already used',
      },
    ])
    expect(await use(`${first.body.refresh_token}`)).toMatchObject(invalidGrant)
    for (const token of [connection.accessToken, `${first.body.access_token}`]) expect(await isOpen(token)).toBe(false)
    expect(await isOpen(other.accessToken)).toBe(true)
    expect((await use(other.refreshToken)).status).toBe(200)
    const again = await tokensFor(oauth, clientId, { accountId, grantId })
    expect(await isOpen(again.accessToken)).toBe(true)
  })

  it('finds no answer where the family has ended meanwhile', async () => {
    await superuser('truncate auth.refresh_replays')
    await use(connection.refreshToken)
    await endTokensOfGrants(database.pools.auth, [connection.grantId])
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    expect(await superuser('select from auth.refresh_replays where expires_at > now()')).toMatchObject({ rowCount: 0 })
  })
})

describe('a grant that ended', () => {
  it('gives no new token from the next request on, even where its tokens are still there', async () => {
    await endGrant(database, connection.grantId)
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    expect((await oauth.enter(connection.accessToken, 'core'))?.refusal).toBe('grant_ended')
  })

  it('hides codes, refresh tokens and Grants from the library', async () => {
    const { rows } = await superuser('select provider_grant_id as id from auth.provider_grants where grant_id = $1', [
      connection.grantId,
    ])
    const adapterOf = oidcAdapter(database.pools.auth)
    const found = () =>
      Promise.all([
        adapterOf('AuthorizationCode').find(connection.code),
        adapterOf('RefreshToken').find(connection.refreshToken),
        adapterOf('Grant').find(rows[0].id),
      ])
    expect((await found()).every(Boolean)).toBe(true)
    await endGrant(database, connection.grantId)
    expect(await found()).toEqual([undefined, undefined, undefined])
  })

  it('is the end for a member who was removed, and for an agent that was revoked', async () => {
    await superuser('update tillgate.members set removed_at = now() where account_id = $1', [connection.accountId])
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    await superuser('update tillgate.members set removed_at = null where account_id = $1', [connection.accountId])
    const agents = 'agent_id = (select agent_id from tillgate.grants where grant_id = $1)'
    await superuser(`update tillgate.agents set revoked_at = now() where ${agents}`, [connection.grantId])
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
  })

  it('takes all that stood on it along, and nothing else', async () => {
    const other = await connected({ oauth, database })
    await use(connection.refreshToken)
    await endTokensOfGrants(database.pools.auth, [connection.grantId])
    await endTokensOfGrants(database.pools.auth, [])
    for (const table of ['access_tokens', 'provider_grants']) {
      const { rowCount } = await superuser(`select from auth.${table} where grant_id = $1`, [connection.grantId])
      expect(rowCount).toBe(0)
    }
    const models = await superuser(`select from auth.oidc_models where payload ->> 'clientId' = $1`, [
      connection.clientId,
    ])
    expect(models.rowCount).toBe(0)
    expect(await isOpen(other.accessToken)).toBe(true)
    expect((await refresh(oauth, other.clientId, other.refreshToken)).status).toBe(200)
  })

  it('gives no token to a request that has read it while it is being ended', async () => {
    const answer = await withClient(database.superuser, async (ending) => {
      await ending.query('begin')
      await ending.query('delete from auth.provider_grants where grant_id = $1', [connection.grantId])
      const answering = use(connection.refreshToken)
      await delay(1000)
      await ending.query('commit')
      return answering
    })
    expect(answer).toMatchObject(invalidGrant)
  })

  it('gives no token to requests that are under way', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => connected({ oauth, database })))
    const grantIds = many.map(({ grantId }) => grantId)
    const [answers] = await Promise.all([
      Promise.all(many.map(({ clientId, refreshToken }) => refresh(oauth, clientId, refreshToken))),
      endTokensOfGrants(database.pools.auth, grantIds),
    ])
    for (const { body } of answers) {
      if (body.access_token) expect(await isOpen(`${body.access_token}`)).toBe(false)
    }
    const left = await superuser('select from auth.access_tokens where grant_id = any($1)', [grantIds])
    expect(left.rowCount).toBe(0)
  })
})

describe('revocation', () => {
  const revoke = (token: string, more: Record<string, string> = {}) =>
    oauth.post('/oauth/revoke', { token, client_id: connection.clientId, ...more })

  it('of a refresh token ends its family, and the client can be authorized again', async () => {
    expect(await revoke(connection.refreshToken)).toMatchObject({ status: 200, body: {} })
    expect(await isOpen(connection.accessToken)).toBe(false)
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    const { clientId, accountId, grantId } = connection
    expect(oauth.events[0]).toEqual({ event: 'revoked', route: 'revocation', address: '192.0.2.7', clientId, grantId })
    expect(await isOpen((await tokensFor(oauth, clientId, { accountId, grantId })).accessToken)).toBe(true)
  })

  it('of an access token does the same', async () => {
    expect(await revoke(connection.accessToken, { token_type_hint: 'access_token' })).toMatchObject({ status: 200 })
    expect(await isOpen(connection.accessToken)).toBe(false)
    expect(await use(connection.refreshToken)).toMatchObject(invalidGrant)
    const { clientId, accountId, grantId } = connection
    expect(await isOpen((await tokensFor(oauth, clientId, { accountId, grantId })).accessToken)).toBe(true)
  })

  it('by another client, or of what is not there, looks the same and ends nothing', async () => {
    const { clientId } = await newClient(oauth)
    for (const token of [connection.accessToken, connection.refreshToken, 'nothing']) {
      expect(await revoke(token, { client_id: clientId })).toMatchObject({ status: 200, body: {} })
    }
    expect(oauth.events.filter(({ event }) => event === 'revoked')).toEqual([])
    expect(await isOpen(connection.accessToken)).toBe(true)
    expect((await use(connection.refreshToken)).status).toBe(200)
  })
})

describe('a copy of the database', () => {
  it('holds no value that opens anything', async () => {
    const first = await use(connection.refreshToken)
    const { rows: tables } = await superuser(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema = 'auth'`,
    )
    const lines: string[] = []
    for (const { name } of tables) {
      const { rows } = await superuser(`select t::text as line from ${name} t`)
      lines.push(...rows.map(({ line }) => line))
    }
    const dump = lines.join('\n')
    expect(dump).toContain(connection.grantId)
    const secrets = [connection.code, connection.accessToken, connection.refreshToken]
    for (const secret of [...secrets, `${first.body.access_token}`, `${first.body.refresh_token}`]) {
      for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]) {
        expect(dump).not.toContain(form)
      }
    }
  })
})
