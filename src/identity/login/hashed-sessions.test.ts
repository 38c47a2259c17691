import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type Core, openCore } from './better-auth.ts'
import { sessionHash } from './hashed-sessions.ts'

const TOKEN = 'a token of a session'
const byToken = { model: 'session', where: [{ field: 'token', value: TOKEN }] }

let database: TestDatabase
let core: Core
let userId: string

beforeAll(async () => {
  database = await startTestDatabase()
  core = await openCore({
    base: 'http://localhost:8740',
    authPool: database.pools.auth,
    secret: new Secret(randomBytes(32)),
  })
}, 60_000)

afterAll(() => database?.stop())

beforeEach(async () => {
  await superuser('delete from auth.accounts')
  const user = { name: 'A', email: 'a@example.com', emailVerified: false }
  userId = (await core.internalAdapter.createUser(user, { method: 'email-password' })).id
})

const superuser = async (text: string) => (await withClient(database.superuser, (client) => client.query(text))).rows

const stored = async () => (await superuser('select token from auth.sessions')).map(({ token }) => token)

const session = () => ({
  model: 'session',
  data: {
    id: randomUUID(),
    userId,
    token: TOKEN,
    expiresAt: new Date(Date.now() + 60_000),
    createdAt: new Date(),
    updatedAt: new Date(),
  },
  forceAllowId: true,
})

describe('better-auth on our tables', () => {
  it('stores the hash of a session token and gives the token back', async () => {
    expect(await core.adapter.create(session())).toMatchObject({ token: TOKEN })
    expect(await stored()).toEqual([sessionHash(TOKEN)])
  })

  it('does so in a transaction too', async () => {
    expect(await core.adapter.transaction((inner) => inner.create(session()))).toMatchObject({ token: TOKEN })
    expect(await stored()).toEqual([sessionHash(TOKEN)])
    await core.adapter.transaction((inner) => inner.delete(byToken))
    expect(await stored()).toEqual([])
  })

  it('finds, changes and deletes a session by its token', async () => {
    await core.adapter.create(session())
    expect(await core.adapter.findOne(byToken)).toMatchObject({ token: TOKEN, userId })
    expect(await core.adapter.findMany(byToken)).toHaveLength(1)
    expect(await core.adapter.count(byToken)).toBe(1)
    expect(await core.adapter.update({ ...byToken, update: { userAgent: 'x' } })).toMatchObject({ token: TOKEN })
    const next = { model: 'session', where: [{ field: 'token', value: 'another token' }] }
    await core.adapter.update({ ...byToken, update: { token: 'another token' } })
    expect(await stored()).toEqual([sessionHash('another token')])
    await core.adapter.updateMany({ ...next, update: { token: TOKEN } })
    expect(
      await core.adapter.deleteMany({ model: 'session', where: [{ field: 'token', value: [TOKEN], operator: 'in' }] }),
    ).toBe(1)
    await core.adapter.create(session())
    expect(await core.adapter.consumeOne(byToken)).toMatchObject({ userId })
    expect(await stored()).toEqual([])
  })

  it('finds its sessions by the functions of its own', async () => {
    const made = await core.internalAdapter.createSession(userId)
    expect(await core.internalAdapter.findSession(made.token)).toMatchObject({
      session: { token: made.token },
      user: { id: userId },
    })
    expect(await stored()).toEqual([sessionHash(made.token)])
    const listed = await core.internalAdapter.listSessions(userId)
    expect(listed.map(({ token }) => token)).toEqual([sessionHash(made.token)])
    await core.internalAdapter.deleteSession(made.token)
    expect(await core.internalAdapter.findSession(made.token)).toBeNull()
  })

  it('finds no session by the hash that is stored', async () => {
    await core.adapter.create(session())
    const where = [{ field: 'token', value: sessionHash(TOKEN) }]
    expect(await core.adapter.findOne({ model: 'session', where })).toBeNull()
  })
})
