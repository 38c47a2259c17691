import { setTimeout as delay } from 'node:timers/promises'
import type { Adapter } from 'oidc-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newToken, tokenHash } from '#kernel'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { oidcAdapter } from './adapter.ts'
import { startSweep, sweep } from './sweep.ts'

let database: TestDatabase
let adapter: (model: string) => Adapter

beforeAll(async () => {
  database = await startTestDatabase()
  adapter = oidcAdapter(database.pools.auth)
}, 60_000)
afterAll(() => database?.stop())

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const count = async (table: string) => Number((await superuser(`select count(*) from auth.${table}`)).rows[0].count)

beforeEach(() =>
  superuser(
    'truncate auth.oidc_models, auth.access_tokens, auth.client_secrets, auth.clients, auth.provider_grants, auth.refresh_replays',
  ),
)

describe('the adapter', () => {
  it('stores things by the hash of their id and gives the id back to who knows it', async () => {
    const models = adapter('ReplayDetection')
    await models.upsert('raw-id', { jti: 'raw-id', uid: 'u1', accountId: 'a1' }, 60)
    const { rows } = await superuser('select m::text as line from auth.oidc_models m')
    expect(rows[0].line).not.toContain('raw-id')
    expect(await models.find('raw-id')).toEqual({ jti: 'raw-id', uid: 'u1', accountId: 'a1' })
    expect(await models.findByUid('u1')).toEqual({ uid: 'u1', accountId: 'a1' })
    expect(await adapter('Interaction').find('raw-id')).toBeUndefined()
    await models.destroy('raw-id')
    expect(await models.find('raw-id')).toBeUndefined()
  })

  it('keeps no session', async () => {
    const sessions = adapter('Session')
    await sessions.upsert('id', { jti: 'id', uid: 'u1', accountId: 'a1' }, 60)
    expect([await sessions.find('id'), await sessions.findByUid('u1')]).toEqual([undefined, undefined])
    expect(await count('oidc_models')).toBe(0)
  })

  it('keeps the id of an interaction out of its way back, and that of a session out of the interaction', async () => {
    const session = { accountId: 'a1', uid: 'u1', cookie: 'raw-session-id' }
    const returnTo = 'https://gate.example/oauth/authorize/raw-interaction-id'
    const payload = { jti: 'raw-interaction-id', session, returnTo }
    await adapter('Interaction').upsert('raw-interaction-id', payload, 60)
    const { rows } = await superuser('select m::text as line from auth.oidc_models m')
    expect(rows[0].line).not.toMatch(/raw-/)
    const found = await adapter('Interaction').find('raw-interaction-id')
    expect(found).toMatchObject({ session: { accountId: 'a1', uid: 'u1' }, returnTo })
    expect(found?.session).not.toHaveProperty('cookie')
  })

  it('lets one of many consume a refresh token', async () => {
    const tokens = adapter('RefreshToken')
    await tokens.upsert('token', { jti: 'token', grantId: 'g1' }, 60)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => tokens.consume('token')))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(tokens.consume('nowhere')).rejects.toThrow('invalid_grant')
  })

  it('forgets what has expired', async () => {
    await adapter('Interaction').upsert('old', { jti: 'old' }, -1)
    expect(await adapter('Interaction').find('old')).toBeUndefined()
  })

  it('writes no token without a live grant', async () => {
    const payload = { clientId: `tg_client_${'0'.repeat(32)}`, scope: 'stores:read', aud: 'core' }
    await expect(adapter('ClientCredentials').upsert(newToken('at'), payload, 60)).rejects.toThrow(
      'unauthorized_client',
    )
    await expect(adapter('AccessToken').upsert(newToken('at'), payload, 60)).rejects.toThrow('invalid_grant')
    expect(await count('access_tokens')).toBe(0)
  })

  it('takes no client but one that registers itself for people, and no change of one', async () => {
    const clients = adapter('Client')
    const metadata = { redirect_uris: ['https://client.example/callback'], token_endpoint_auth_method: 'none' as const }
    const id = `tg_reg_${'0'.repeat(32)}`
    const machine = { ...metadata, grant_types: ['authorization_code', 'client_credentials'] }
    await expect(clients.upsert(id, machine)).rejects.toThrow('invalid_client_metadata')
    await expect(clients.upsert(`tg_client_${'0'.repeat(32)}`, metadata)).rejects.toThrow('invalid_client_metadata')
    await expect(clients.destroy(id)).rejects.toThrow('invalid_client_metadata')
    expect(await count('clients')).toBe(0)
  })
})

const now = Date.parse('2030-01-01T00:00:00Z')
const HOUR = 3_600_000

async function addToken(expiresAt: number): Promise<void> {
  await superuser(
    `insert into auth.access_tokens values ($1, 'ClientCredentials', 'c', gen_random_uuid(), '', 'core', '{}', $2)`,
    [tokenHash(newToken('at')), new Date(expiresAt)],
  )
}

describe('the sweep', () => {
  it('deletes what has expired, tokens an hour later, and nothing that still counts', async () => {
    for (const expiresAt of [now - 2 * HOUR, now - 1, now + 1]) await addToken(expiresAt)
    const models = [new Date(now - 1), new Date(now + 1), null]
    for (const [index, expiresAt] of models.entries()) {
      const values = [`m${index}`, Buffer.from([index]), expiresAt]
      await superuser(`insert into auth.oidc_models values ('Session', $1, '{}', null, null, null, $2)`, [
        values[0],
        values[2],
      ])
      await superuser(`insert into auth.client_secrets values ('c', $1, now(), $2)`, [values[1], values[2]])
    }
    expect(await sweep(database.pools.auth, now)).toBe(3)
    expect([await count('access_tokens'), await count('oidc_models'), await count('client_secrets')]).toEqual([2, 2, 2])
  })

  it('works off more than one batch and passes rows that somebody holds', async () => {
    await superuser(
      `insert into auth.oidc_models (model, id, payload, expires_at) select 'Session', n, '{}', $1 from generate_series(1, 2500) n`,
      [new Date(now - 1)],
    )
    await withClient(database.superuser, async (holder) => {
      await holder.query(`begin; select from auth.oidc_models where id = '7' for update`)
      expect(await sweep(database.pools.auth, now)).toBe(2499)
      await holder.query('rollback')
    })
  })

  it('runs from time to time until it is stopped, and tells of a run that failed', async () => {
    await addToken(now - 2 * HOUR)
    const errors: unknown[] = []
    const parts = { authPool: database.pools.auth, everyMs: 10, log: (error: unknown) => errors.push(error) }
    const running = startSweep({ ...parts, clock: () => now })
    while ((await count('access_tokens')) > 0) await delay(5)
    await running.stop()
    await addToken(now - 2 * HOUR)
    await delay(40)
    expect(await count('access_tokens')).toBe(1)
    const failing = startSweep({ ...parts, authPool: database.pools.app, clock: () => now })
    while (errors.length === 0) await delay(5)
    await failing.stop()
    expect(errors[0]).toBeInstanceOf(Error)
  })
})
