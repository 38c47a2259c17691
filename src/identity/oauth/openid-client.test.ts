import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cookieBrowser } from '../../../test/cookie-browser.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { allow, REDIRECT, SCOPES_GIVEN } from '../../../test/oauth-flow.ts'
import { connect } from '../../../test/oauth-people.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'

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

it('openid-client discovers, registers, authorizes, refreshes and revokes', async () => {
  const metadata = { redirect_uris: [REDIRECT], client_name: 'openid-client' }
  const options = { execute: [client.allowInsecureRequests], algorithm: 'oauth2' as const }
  const config = await client.dynamicClientRegistration(new URL(oauth.base), metadata, undefined, options)
  const clientId = config.clientMetadata().client_id
  const person = await connect(database, { workspaceId: oauth.workspaces.one, clientId, scopes: SCOPES_GIVEN })
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'stores:read orders:read offline_access',
    resource: `${oauth.base}/mcp/w/one`,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await allow(cookieBrowser(), { url: url.href, verifier }, person)
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  const tokens = await client.authorizationCodeGrant(config, answer, checks)
  expect(tokens.scope).toBe('stores:read orders:read')
  expect(await oauth.enter(tokens.access_token, 'w/one')).toMatchObject({ refusal: null, grant_id: person.grantId })
  const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect((await oauth.enter(next.access_token, 'w/one'))?.refusal).toBeNull()
  await client.tokenRevocation(config, next.refresh_token ?? '')
  expect(await oauth.enter(next.access_token, 'w/one')).toBeUndefined()
  await expect(client.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})
