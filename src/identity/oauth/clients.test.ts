import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isToken } from '#kernel'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { newClient, REDIRECT, refresh, SCOPES_GIVEN, tokensFor } from '../../../test/oauth-flow.ts'
import { connect } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import { listClients, registerClient, removeClient } from './clients.ts'

let database: TestDatabase
let oauth: TestOauthServer

beforeAll(async () => {
  database = await startTestDatabase()
  oauth = await startTestOauthServer(database)
}, 60_000)
afterAll(async () => {
  await oauth?.stop()
  await database?.stop()
})

const pool = () => database.pools.auth
const superuser = (text: string) => withClient(database.superuser, (client) => client.query(text))
const input = { name: 'Our app', redirectUris: [REDIRECT], confidential: false }
beforeEach(() => superuser('truncate auth.clients'))

describe('a client of the operator', () => {
  it('is there for members to connect, until it is removed with all that it can do', async () => {
    const { clientId, clientSecret } = await registerClient(pool(), input)
    expect(clientId).toMatch(/^tg_app_[0-9a-f]{32}$/)
    expect(clientSecret).toBeUndefined()
    const workspaceId = oauth.workspaces.one
    const person = await connect(database, { workspaceId, clientId, scopes: SCOPES_GIVEN })
    const { accessToken, refreshToken } = await tokensFor(oauth, clientId, person)
    expect((await oauth.enter(accessToken, 'core'))?.refusal).toBeNull()
    expect(await removeClient(pool(), clientId)).toBe(true)
    expect(await oauth.enter(accessToken, 'core')).toBeUndefined()
    expect(await refresh(oauth, clientId, refreshToken)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    expect(await removeClient(pool(), clientId)).toBe(false)
  })

  it('has a secret where it can keep one, shown once', async () => {
    const { clientId, clientSecret } = await registerClient(pool(), { ...input, confidential: true })
    const secret = clientSecret?.reveal() ?? ''
    expect(isToken(secret, 'cs')).toBe(true)
    const { rows } = await superuser('select c::text as line from auth.clients c')
    expect(rows[0].line).not.toContain(secret)
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await oauth.post('/oauth/token', form, { clientId, clientSecret: secret })).body.error).toBe(
      'invalid_grant',
    )
    expect((await oauth.post('/oauth/token', form, { clientId, clientSecret: 'wrong' })).status).toBe(401)
    expect((await oauth.post('/oauth/token', { ...form, client_id: clientId })).status).toBe(401)
    const machine = { grant_type: 'client_credentials' }
    expect((await oauth.post('/oauth/token', machine, { clientId, clientSecret: secret })).status).toBe(400)
  })

  it('is listed, without those that registered themselves', async () => {
    await newClient(oauth)
    const { clientId } = await registerClient(pool(), { ...input, name: ' Our\u202e app ', confidential: true })
    expect(await listClients(pool())).toEqual([
      {
        clientId,
        name: 'Our app',
        redirectUris: [REDIRECT],
        confidential: true,
        createdAt: expect.any(Date),
        usedAt: null,
      },
    ])
  })

  it('is not made without a name or with a redirect that cannot be', async () => {
    const wrong = [
      { name: ' \u200b' },
      { redirectUris: [] },
      { redirectUris: ['http://client.example/'] },
      { redirectUris: ['https://client.example/#x'] },
      { redirectUris: Array.from({ length: 11 }, () => REDIRECT) },
    ]
    for (const more of wrong) {
      await expect(registerClient(pool(), { ...input, ...more })).rejects.toMatchObject({ code: 'invalid_arguments' })
    }
    expect(await listClients(pool())).toEqual([])
  })
})
