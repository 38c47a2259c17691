import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import {
  type FilledWorkspace,
  fillTwoWorkspaces,
  invite,
  newPerson,
  seat,
  type TwoWorkspaces,
} from '../../test/isolation/two-workspaces.ts'
import { withClient } from './bootstrap.ts'
import { type People, people } from './people.ts'

let database: TestDatabase
let two: TwoWorkspaces
let one: FilledWorkspace
let way: People
let made = 0

const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const workspaceOf = (hash: string, slug: string) => way.inWorkspace({ hash, slug }, async (_tx, person) => person.slug)

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
  one = two.one
  way = people(database.pools.app)
}, 60_000)

afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

describe('the door of people', () => {
  it('opens the workspace of a member, and tells who it is and what the seat is', async () => {
    const person = await way.inWorkspace({ hash: one.sessionHash, slug: 'one' }, async (tx, entered) => {
      const stores = await tx.selectFrom('tillgate.stores').select('handle').execute()
      return { ...entered, stores }
    })
    expect(person).toMatchObject({
      workspaceId: one.workspaceId,
      slug: 'one',
      accountId: one.accountId,
      email: 'owner@one.test',
      seat: 'owner',
      frozenAt: null,
      mfaAt: expect.any(Date),
      stores: [{ handle: 'shop-one' }],
    })
  })

  it('opens no workspace of others, and none that is not there, in the same way', async () => {
    expect(await workspaceOf(one.sessionHash, 'two')).toBeUndefined()
    expect(await workspaceOf(one.sessionHash, 'three')).toBeUndefined()
    expect(await way.workspaces(one.sessionHash)).toEqual([{ slug: 'one', name: 'one', seat: 'owner', frozenAt: null }])
  })

  it('is shut to a session that nobody has', async () => {
    for (const hash of ['', 'x', one.accountId]) {
      expect(await workspaceOf(hash, 'one')).toBeUndefined()
      expect(await way.workspaces(hash)).toEqual([])
    }
  })

  it.each([
    ['that is over', 'update auth.sessions set expires_at = now() where token = $1'],
    ['without a second factor', 'update auth.sessions set mfa_at = null where token = $1'],
    [
      'of a removed member',
      'update tillgate.members set removed_at = now() where account_id = (select user_id from auth.sessions where token = $1)',
    ],
    ['that was ended', 'delete from auth.sessions where token = $1'],
  ])('is shut to a session %s', async (_what, change) => {
    const { accountId, sessionHash } = await newPerson(database, `p${++made}@one.test`)
    await seat(database, { workspaceId: one.workspaceId, accountId, email: 'p@one.test' })
    expect(await workspaceOf(sessionHash, 'one')).toBe('one')
    await superuser(change, [sessionHash])
    expect(await workspaceOf(sessionHash, 'one')).toBeUndefined()
    expect(await way.workspaces(sessionHash)).toEqual([])
  })

  it('opens one workspace a transaction, also for who is a member of both', async () => {
    const { accountId, sessionHash } = await newPerson(database, 'both@one.test')
    for (const { workspaceId } of [one, two.two])
      await seat(database, { workspaceId, accountId, email: 'both@one.test' })
    const again = way.inWorkspace({ hash: sessionHash, slug: 'one' }, (tx) =>
      sql`select * from sec.enter_by_session(${sessionHash}, 'two')`.execute(tx),
    )
    await expect(again).rejects.toMatchObject({ code: 'TW001' })
    expect(await workspaceOf(sessionHash, 'two')).toBe('two')
  })
})

describe('what a request may write', () => {
  const roleOf = (workspaceId: string) =>
    sql`insert into tillgate.roles (workspace_id, role_id, name, definition)
        values (${workspaceId}, gen_random_uuid(), ${`planted ${++made}`}, '{}')`

  it('is rows of the workspace that a person entered, and of no other', async () => {
    const enter = { hash: one.sessionHash, slug: 'one' }
    await way.inWorkspace(enter, (tx) => roleOf(one.workspaceId).execute(tx))
    const foreign = way.inWorkspace(enter, (tx) => roleOf(two.two.workspaceId).execute(tx))
    await expect(foreign).rejects.toMatchObject({ code: '42501' })
    const given = way.inWorkspace(enter, (tx) =>
      tx.updateTable('tillgate.members').set({ workspace_id: two.two.workspaceId }).execute(),
    )
    await expect(given).rejects.toMatchObject({ code: '42501' })
  })

  it.each([
    'update tillgate.roles set definition = definition',
    'update tillgate.members set seat = seat',
    'update tillgate.agents set quarantined_at = null',
    'update tillgate.grants set scopes = scopes',
    'update tillgate.workspaces set frozen_at = null',
    'delete from tillgate.grant_stores',
  ])("is nothing where an agent's token opened it: %s", async (change) => {
    const client = await database.pools.app.connect()
    try {
      await client.query('begin')
      await client.query("select from sec.enter_by_token($1, 'core')", [one.tokenHash])
      expect((await client.query(change)).rowCount).toBe(0)
      const planted = client.query(
        `insert into tillgate.roles (workspace_id, role_id, name, definition) values ($1, gen_random_uuid(), 'x', '{}')`,
        [one.workspaceId],
      )
      await expect(planted).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})

describe('the door of who was invited', () => {
  let tokenHash: Buffer
  let guest: { accountId: string; sessionHash: string }

  beforeEach(async () => {
    await superuser("delete from auth.accounts where email = 'guest@example.test'")
    tokenHash = await invite(database, one.workspaceId)
    guest = await newPerson(database, 'guest@example.test')
  })

  const enter = (sessionHash = guest.sessionHash, hash = tokenHash) =>
    way.byInvitation({ tokenHash: hash, sessionHash }, async (_tx, invited) => invited)

  it('opens the workspace to a session of the address that was invited', async () => {
    expect(await enter()).toMatchObject({
      workspaceId: one.workspaceId,
      seat: 'viewer',
      accountId: guest.accountId,
      email: 'guest@example.test',
    })
  })

  it('is shut to another address, to an unknown token and to who showed no second factor', async () => {
    expect(await enter(one.sessionHash)).toBeUndefined()
    expect(await enter(guest.sessionHash, Buffer.alloc(32))).toBeUndefined()
    await superuser('update auth.sessions set mfa_at = null where token = $1', [guest.sessionHash])
    expect(await enter()).toBeUndefined()
  })

  it.each([
    ['accepted', 'accepted_at = now()'],
    ['withdrawn', 'withdrawn_at = now()'],
    ['expired', "expires_at = now() - interval '1 s'"],
  ])('is shut by an invitation that is %s, which says so', async (state, change) => {
    expect(await way.invitation(tokenHash)).toMatchObject({ slug: 'one', email: 'guest@example.test', state: 'open' })
    await superuser(`update tillgate.invitations set ${change} where token_hash = $1`, [tokenHash])
    expect(await enter()).toBeUndefined()
    expect(await way.invitation(tokenHash)).toMatchObject({ state })
  })

  it('says nothing of an invitation without its token', async () => {
    expect(await way.invitation(Buffer.alloc(32))).toBeUndefined()
  })
})
