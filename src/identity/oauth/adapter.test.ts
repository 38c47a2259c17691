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

beforeEach(() => superuser('truncate auth.oidc_models, auth.access_tokens, auth.client_secrets'))

describe('the adapter', () => {
  it('stores things by the hash of their id and gives the id back to who knows it', async () => {
    const sessions = adapter('Session')
    await sessions.upsert('raw-session-id', { jti: 'raw-session-id', uid: 'u1', accountId: 'a1' }, 60)
    const { rows } = await superuser('select m::text as line from auth.oidc_models m')
    expect(rows[0].line).not.toContain('raw-session-id')
    expect(await sessions.find('raw-session-id')).toEqual({ jti: 'raw-session-id', uid: 'u1', accountId: 'a1' })
    expect(await sessions.findByUid('u1')).toEqual({ uid: 'u1', accountId: 'a1' })
    expect(await adapter('Interaction').find('raw-session-id')).toBeUndefined()
    await sessions.destroy('raw-session-id')
    expect(await sessions.find('raw-session-id')).toBeUndefined()
  })

  it('keeps the id of a session out of its interactions', async () => {
    const session = { accountId: 'a1', uid: 'u1', cookie: 'raw-session-id' }
    await adapter('Interaction').upsert('raw-interaction-id', { jti: 'raw-interaction-id', session }, 60)
    const { rows } = await superuser('select m::text as line from auth.oidc_models m')
    expect(rows[0].line).not.toMatch(/raw-/)
    expect((await adapter('Interaction').find('raw-interaction-id'))?.session).toEqual({ accountId: 'a1', uid: 'u1' })
  })

  it('lets one of many consume a code', async () => {
    const codes = adapter('AuthorizationCode')
    await codes.upsert('code', { jti: 'code', grantId: 'g1' }, 60)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => codes.consume('code')))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await codes.find('code')).toMatchObject({ jti: 'code', consumed: expect.any(Number) })
    await expect(codes.consume('nowhere')).rejects.toThrow('invalid_grant')
  })

  it('forgets what has expired and what belongs to an ended grant', async () => {
    const codes = adapter('AuthorizationCode')
    await codes.upsert('old', { jti: 'old' }, -1)
    await codes.upsert('of-grant', { jti: 'of-grant', grantId: 'g1' }, 60)
    expect(await codes.find('old')).toBeUndefined()
    await codes.revokeByGrantId('g1')
    expect(await codes.find('of-grant')).toBeUndefined()
  })

  it('writes no token without a live grant and registers no client', async () => {
    const payload = { clientId: `tg_client_${'0'.repeat(32)}`, scope: 'stores:read', aud: 'core' }
    await expect(adapter('ClientCredentials').upsert(newToken('at'), payload, 60)).rejects.toThrow(
      'unauthorized_client',
    )
    await expect(adapter('AccessToken').upsert(newToken('at'), payload, 60)).rejects.toThrow('invalid_grant')
    const registration = { client_id: 'c', grant_types: ['client_credentials'] }
    await expect(adapter('Client').upsert('c', registration)).rejects.toThrow('invalid_client_metadata')
    expect(await count('access_tokens')).toBe(0)
    expect(await count('oidc_models')).toBe(0)
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
