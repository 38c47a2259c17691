import type { Adapter } from 'oidc-provider'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newToken } from '#kernel'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { recordSql } from '../../../test/isolation/recorded-sql.ts'
import { oidcAdapter } from './adapter.ts'

const CLIENT = `tg_client_${'0'.repeat(32)}`
const REGISTERED = `tg_reg_${'0'.repeat(32)}`

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterAll(() => database?.stop())

it('the adapter of the authorization server runs these statements', async () => {
  const { auth } = database.morePools()
  const sql = recordSql([auth])
  const adapterOf = oidcAdapter(auth)
  const run = async (model: string, calls: Record<string, (adapter: Adapter) => Promise<unknown>>) => {
    for (const [name, call] of Object.entries(calls)) {
      // A refusal is an answer too: only what was asked of the database matters here.
      await sql.during(`${model}.${name}`, () => call(adapterOf(model)).catch(() => {}))
    }
  }
  await run('Interaction', {
    upsert: (model) => model.upsert('id', { jti: 'id' }, 60),
    find: (model) => model.find('id'),
    findByUid: (model) => model.findByUid('uid'),
    findByUserCode: (model) => model.findByUserCode('code'),
    consume: (model) => model.consume('id'),
    destroy: (model) => model.destroy('id'),
    revokeByGrantId: (model) => model.revokeByGrantId('grant'),
  })
  for (const name of ['AuthorizationCode', 'RefreshToken', 'Grant']) {
    await run(name, {
      upsert: (model) => model.upsert('id', { jti: 'id', grantId: 'grant' }, 60),
      find: (model) => model.find('id'),
      consume: (model) => model.consume('id'),
      destroy: (model) => model.destroy('id'),
      revokeByGrantId: (model) => model.revokeByGrantId('grant'),
    })
  }
  const metadata = { redirect_uris: ['https://client.example/'], token_endpoint_auth_method: 'none' as const }
  await run('Client', {
    find: (model) => model.find('somebody'),
    'find machine': (model) => model.find(CLIENT),
    'find registered': (model) => model.find(REGISTERED),
    upsert: (model) => model.upsert(REGISTERED, metadata),
  })
  const token = newToken('at')
  const payload = { jti: token, clientId: CLIENT, scope: 'orders:read', aud: 'core' }
  for (const name of ['ClientCredentials', 'AccessToken']) {
    await run(name, {
      upsert: (model) => model.upsert(token, payload, 60),
      find: (model) => model.find(token),
      destroy: (model) => model.destroy(token),
      revokeByGrantId: (model) => model.revokeByGrantId('grant'),
    })
  }
  await expect(sql.text()).toMatchFileSnapshot('../../../test/isolation/__snapshots__/oauth-adapter.sql')
})
