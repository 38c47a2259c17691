import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Scope } from '#commerce'
import type { Seat } from '#policy'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { connectStore, fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam, type Team, type TeamMember } from '../../test/support/people-rows.ts'
import { race } from '../../test/support/race.ts'
import { endAgent } from './existing-agents.ts'
import { listAgents } from './list-agents.ts'
import { consentGrant, liveGrantsOfClient } from './member-grants.ts'
import { changeSeat } from './members.ts'
import { changeRole, createRoleIn } from './roles.ts'
import { quarantineAgent, releaseAgent } from './stops.ts'
import { disconnectStore } from './stores.ts'

let database: TestDatabase
let two: TwoWorkspaces
let team: Team
let owner: TeamMember

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)
beforeEach(async () => {
  team = await newTeam(database, two.parts)
  owner = await team.join('owner')
})
afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

const CLIENT = 'https://client.test/app'
const wish = {
  clientId: CLIENT,
  clientName: 'App',
  role: 'operator',
  stores: ['pier'],
  scopes: ['orders:read', 'orders:write'] as Scope[],
  expiresDays: 90,
}
type Wish = Partial<Parameters<typeof consentGrant>[2]>

const consent = (member: TeamMember, more: Wish = {}, hold: () => Promise<void> = async () => {}) =>
  member.act(async (tx, person) => {
    const given = await consentGrant(tx, person, { ...wish, ...more })
    await hold()
    return given
  })
const agents = async () => team.operate((tx) => listAgents(tx))
const agentOf = async (grantId: string) => {
  const found = (await agents()).find((agent) => agent.grantId === grantId)
  if (!found) throw new Error('no such grant')
  return found
}
const role = (definition: object) => ({ ...ROLE, ...definition })
const ROLE = { scopes: ['orders:read', 'stores:read'], personal: 'mask', strangers_text: 'mark' }
const makeRole = (name: string, definition: object) =>
  team.operate((tx) =>
    createRoleIn(tx, { workspaceId: team.workspaceId, name, definition: role(definition), by: 'operator:ada' }),
  )
const isDaysAway = (date: Date | null, days: number) =>
  Math.abs((date?.getTime() ?? 0) - Date.now() - days * 86_400_000) < 60_000

describe('a consent', () => {
  it('makes an agent with a grant of exactly what was chosen', async () => {
    const { grantId, kept, expiresAt } = await consent(owner)
    expect({ kept, days: isDaysAway(expiresAt, 90) }).toEqual({ kept: false, days: true })
    expect(await agentOf(grantId)).toMatchObject({
      kind: 'oauth',
      name: 'App',
      clientId: CLIENT,
      accountId: owner.accountId,
      memberEmail: owner.email,
      role: 'operator',
      scopes: ['orders:read', 'orders:write'],
      stores: ['pier'],
      createdBy: owner.by,
      expiresAt,
      lastSeenAt: null,
      quarantinedAt: null,
      revokedAt: null,
    })
  })

  it('accepts the version of the role that there is', async () => {
    await makeRole('mine', {})
    const definition = role({ personal: 'drop' })
    await team.operate((tx) =>
      changeRole(tx, { workspaceId: team.workspaceId, name: 'mine', definition, by: 'operator:ada' }),
    )
    const { grantId } = await consent(owner, { role: 'mine', scopes: ['orders:read'] })
    expect(await agentOf(grantId)).toMatchObject({ acceptedVersion: 2, roleVersion: 2 })
    const kept = await consent(owner, { grantId })
    expect(kept).toMatchObject({ grantId, kept: true })
    expect(await agentOf(grantId)).toMatchObject({ role: 'operator', acceptedVersion: 1 })
  })

  it('is refused for a version of the role that is not the newest any more', async () => {
    await makeRole('moving', {})
    const definition = role({ personal: 'drop' })
    await team.operate((tx) =>
      changeRole(tx, { workspaceId: team.workspaceId, name: 'moving', definition, by: 'operator:ada' }),
    )
    const wish = { role: 'moving', scopes: ['orders:read'] as Scope[] }
    await expect(consent(owner, { ...wish, roleVersion: 1 })).rejects.toThrow(/changed while you looked/)
    await expect(consent(owner, { ...wish, roleVersion: Number.NaN })).rejects.toThrow(/changed while you looked/)
    expect(await agents()).toEqual([])
    await consent(owner, { ...wish, roleVersion: 2 })
  })

  it('keeps the id of the live grant that is named, with all else as chosen now', async () => {
    const { grantId } = await consent(owner)
    const again = await consent(owner, {
      grantId,
      role: 'analyst',
      scopes: ['stores:read'],
      stores: ['quay'],
      expiresDays: 7,
    })
    expect(again).toMatchObject({ grantId, kept: true })
    const agent = await agentOf(grantId)
    expect(agent).toMatchObject({ role: 'analyst', scopes: ['stores:read'], stores: ['quay'] })
    expect(isDaysAway(agent.expiresAt, 7)).toBe(true)
    expect(await agents()).toHaveLength(1)
  })

  it('keeps no grant of another account, client or workspace, and none that is no id', async () => {
    const other = await team.join('owner')
    const elsewhere = await newTeam(database, two.parts)
    const theirs = await consent(other)
    const client = await consent(owner, { clientId: 'another' })
    const away = await elsewhere.join('owner')
    const foreign = await away.act((tx, person) => consentGrant(tx, person, wish))
    for (const grantId of [theirs.grantId, client.grantId, foreign.grantId, 'nonsense']) {
      const given = await consent(owner, { grantId })
      expect(given.kept).toBe(false)
      expect(given.grantId).not.toBe(grantId)
    }
    expect(await agentOf(theirs.grantId)).toMatchObject({ accountId: other.accountId })
  })

  it('does not revive a grant that has ended or expired', async () => {
    const ended = await consent(owner)
    await team.operate(async (tx) =>
      endAgent(tx, { agent: (await agentOf(ended.grantId)).agentId, by: 'operator:ada' }),
    )
    expect(await consent(owner, { grantId: ended.grantId })).toMatchObject({ kept: false })
    const { grantId } = await consent(owner)
    await team.operate((tx) =>
      tx.updateTable('tillgate.grants').set({ expires_at: new Date() }).where('grant_id', '=', grantId).execute(),
    )
    expect(await consent(owner, { grantId })).toMatchObject({ kept: false })
    expect((await agentOf(ended.grantId)).revokedAt).toBeInstanceOf(Date)
  })

  it('does not revive one that is revoked in the same moment', async () => {
    const { grantId } = await consent(owner)
    const { agentId } = await agentOf(grantId)
    const [ended, given] = await race(
      database,
      (hold) =>
        team.operate(async (tx) => {
          await endAgent(tx, { agent: agentId, by: 'operator:ada' })
          await hold()
        }),
      () => consent(owner, { grantId }),
    )
    expect(ended.status).toBe('fulfilled')
    expect(given).toMatchObject({ status: 'fulfilled', value: { kept: false } })
    expect((await agentOf(grantId)).revokedAt).toBeInstanceOf(Date)
  })

  it('that comes first is ended by who revokes in the same moment', async () => {
    const { grantId } = await consent(owner)
    const { agentId } = await agentOf(grantId)
    const [given, ended] = await race(
      database,
      (hold) => consent(owner, { grantId }, hold),
      () => team.operate((tx) => endAgent(tx, { agent: agentId, by: 'operator:ada' })),
    )
    expect([given.status, ended.status]).toEqual(['fulfilled', 'fulfilled'])
    expect((await agentOf(grantId)).revokedAt).toBeInstanceOf(Date)
  })
})

describe('a consent is refused', () => {
  const refused = async (more: Wish, field: string, by = owner) => {
    const code = field === 'role' ? 'not_found' : 'invalid_arguments'
    await expect(consent(by, more)).rejects.toMatchObject({ code, field })
    expect(await team.rows('grants', 'grant_id')).toEqual([])
    expect(await team.rows('agents', 'agent_id')).toEqual([])
  }

  it('for a scope outside the role, and for none', async () => {
    await refused({ role: 'analyst' }, 'scope')
    await refused({ scopes: [] }, 'scope')
    await refused({ role: 'nobody' }, 'role')
  })

  it.each(['approver', 'viewer'] as const)('for what changes something, of a member who is %s', async (seat) => {
    await refused({}, 'scope', await team.join(seat))
  })

  it('for a scope that the seat of now does not give', async () => {
    const admin = await team.join('admin')
    const [lowered, given] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await changeSeat(tx, { accountId: admin.accountId, seat: 'viewer' })
          await hold()
        }),
      () => consent(admin),
    )
    expect(lowered.status).toBe('fulfilled')
    expect(given).toMatchObject({ status: 'rejected', reason: { field: 'scope' } })
  })

  it('for no store, an unknown, a foreign or a disconnected one, and one that the role does not reach', async () => {
    await connectStore(two.parts, team.workspaceId, 'gone')
    await disconnectStore(two.parts, { workspaceId: team.workspaceId, handle: 'gone' })
    for (const stores of [[], ['nowhere'], ['shop-one'], ['gone'], ['pier', 'nowhere']])
      await refused({ stores }, 'store')
    await makeRole('pier only', { stores: ['pier'] })
    await refused({ role: 'pier only', scopes: ['orders:read'], stores: ['pier', 'quay'] }, 'store')
  })

  it('for a life that is none, or longer than a year or than the role lets live', async () => {
    for (const expiresDays of [0, -1, 1.5, 366, Number.NaN]) await refused({ expiresDays }, 'days')
    await makeRole('short', { expires_days: 30 })
    await refused({ role: 'short', scopes: ['orders:read'], expiresDays: 31 }, 'days')
    const { expiresAt } = await consent(owner, { role: 'short', scopes: ['orders:read'], expiresDays: 30 })
    expect(isDaysAway(expiresAt, 30)).toBe(true)
  })
})

describe('quarantine', () => {
  let grantId: string
  let agentId: string
  beforeEach(async () => {
    grantId = (await consent(owner)).grantId
    agentId = (await agentOf(grantId)).agentId
  })
  const quarantine = (hold = async () => {}) =>
    team.operate(async (tx) => {
      await quarantineAgent(tx, { agent: agentId, by: 'operator:ada' })
      await hold()
    })

  it('is not shed by consenting again, whether for the same grant or for a new one', async () => {
    await quarantine()
    for (const more of [{ grantId }, {}]) {
      await expect(consent(owner, more)).rejects.toMatchObject({
        code: 'not_allowed',
        message: expect.stringContaining('owner or admin'),
      })
    }
    expect(await agents()).toMatchObject([{ grantId, quarantinedAt: expect.any(Date) }])
    await team.operate((tx) => releaseAgent(tx, { agent: agentId }))
    expect(await consent(owner, { grantId })).toMatchObject({ kept: true })
  })

  it('is not shed after the grant has expired either', async () => {
    await quarantine()
    await team.operate((tx) => tx.updateTable('tillgate.grants').set({ expires_at: new Date() }).execute())
    await expect(consent(owner)).rejects.toMatchObject({ code: 'not_allowed' })
  })

  it('in the same moment refuses the consent', async () => {
    const [stopped, given] = await race(database, quarantine, () => consent(owner, { grantId }))
    expect(stopped.status).toBe('fulfilled')
    expect(given).toMatchObject({ status: 'rejected', reason: { code: 'not_allowed' } })
  })

  it('ends with the agent: who connects again after revocation begins anew', async () => {
    await quarantine()
    await team.operate((tx) => endAgent(tx, { agent: agentId, by: 'operator:ada' }))
    const again = await consent(owner)
    expect(await agentOf(again.grantId)).toMatchObject({ quarantinedAt: null })
  })

  it('holds for this account and client only', async () => {
    await quarantine()
    expect(await consent(await team.join('owner'))).toMatchObject({ kept: false })
    expect(await consent(owner, { clientId: 'another' })).toMatchObject({ kept: false })
  })
})

describe('the live grants of a client', () => {
  const grants = (member: TeamMember) =>
    member.act((tx, { accountId }) => liveGrantsOfClient(tx, { accountId, clientId: CLIENT }))

  it('are those of this account, the newest first, with what they may', async () => {
    const [first, second] = [await consent(owner), await consent(owner, { stores: ['quay', 'pier'] })]
    await consent(await team.join('owner'))
    await consent(owner, { clientId: 'another' })
    expect(await grants(owner)).toMatchObject([
      { grantId: second.grantId, name: 'App', role: 'operator', stores: ['pier', 'quay'], scopes: wish.scopes },
      { grantId: first.grantId, expiresAt: first.expiresAt, lastSeenAt: null },
    ])
  })

  it('do not have those that ended or expired', async () => {
    const [ended, expired] = [await consent(owner), await consent(owner)]
    await team.operate(async (tx) => endAgent(tx, { agent: (await agentOf(ended.grantId)).agentId, by: 'x' }))
    await team.operate((tx) =>
      tx
        .updateTable('tillgate.grants')
        .set({ expires_at: new Date() })
        .where('grant_id', '=', expired.grantId)
        .execute(),
    )
    expect(await grants(owner)).toEqual([])
  })
})

it('a member sees the own agents when asked for those, and an admin all', async () => {
  const members = await Promise.all((['admin', 'viewer'] satisfies Seat[]).map((seat) => team.join(seat)))
  for (const member of members) await consent(member, { role: 'analyst', scopes: ['orders:read'] })
  const [admin, viewer] = members
  if (!admin || !viewer) throw new Error('two were asked for')
  const own = await viewer.act((tx, { accountId }) => listAgents(tx, { accountId }))
  expect(own.map(({ accountId }) => accountId)).toEqual([viewer.accountId])
  expect(await admin.act((tx) => listAgents(tx))).toHaveLength(2)
})
