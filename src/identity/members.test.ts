import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SEATS } from '#policy'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam, type Team, type TeamMember } from '../../test/support/people-rows.ts'
import { race } from '../../test/support/race.ts'
import { inviteMember, listInvitations } from './invitations.ts'
import { listAgents } from './list-agents.ts'
import { consentGrant } from './member-grants.ts'
import { addMember, changeSeat, listMembers, memberByEmail, removeMember } from './members.ts'

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

const seats = async () =>
  (await team.operate(listMembers)).filter(({ removedAt }) => removedAt === null).map(({ seat }) => seat)
const seatOf = async ({ accountId }: TeamMember) =>
  (await team.operate(listMembers)).find((member) => member.accountId === accountId)?.seat
const connect = (member: TeamMember, role = 'analyst') =>
  member.act((tx, person) =>
    consentGrant(tx, person, {
      clientId: 'https://client.test/app',
      clientName: 'App',
      role,
      stores: ['pier'],
      scopes: role === 'analyst' ? ['orders:read'] : ['orders:read', 'orders:write'],
      expiresDays: 30,
    }),
  )

describe('the members of a workspace', () => {
  it('are listed with their seats, the live ones first', async () => {
    const viewer = await team.join('viewer')
    const gone = await team.join('admin')
    await owner.act((tx) => removeMember(tx, { accountId: gone.accountId, by: owner.by }))
    const listed = await owner.act(listMembers)
    expect(listed.map(({ removedAt }) => removedAt !== null)).toEqual([false, false, true])
    expect(listed).toContainEqual(
      expect.objectContaining({ accountId: viewer.accountId, email: viewer.email, seat: 'viewer', removedBy: null }),
    )
    expect(listed[2]).toMatchObject({ accountId: gone.accountId, removedBy: owner.by, removedAt: expect.any(Date) })
  })

  it('are found by their address, whatever its case, while they are members', async () => {
    const viewer = await team.join('viewer')
    const find = (email: string) => team.operate((tx) => memberByEmail(tx, email))
    expect(await find(` ${viewer.email.toUpperCase()}`)).toMatchObject({ accountId: viewer.accountId })
    await team.operate((tx) => removeMember(tx, { accountId: viewer.accountId, by: 'operator:ada' }))
    await expect(find(viewer.email)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are added once, and again after they were removed, with the new seat', async () => {
    const { accountId, email } = await team.join('admin')
    const again = {
      workspaceId: team.workspaceId,
      accountId,
      email,
      name: 'New name',
      seat: 'viewer',
      by: owner.by,
    } as const
    const add = () => owner.act((tx) => addMember(tx, again))
    await expect(add()).rejects.toMatchObject({ code: 'invalid_arguments', field: 'email' })
    expect((await team.operate((tx) => memberByEmail(tx, email))).seat).toBe('admin')
    await owner.act((tx) => removeMember(tx, { accountId, by: owner.by }))
    await add()
    expect(await team.operate((tx) => memberByEmail(tx, email))).toMatchObject({
      name: 'New name',
      seat: 'viewer',
      createdBy: owner.by,
      removedBy: null,
    })
  })

  it('get no seat that there is not', async () => {
    const seat = JSON.parse('"king"')
    await expect(team.operate((tx) => changeSeat(tx, { accountId: owner.accountId, seat }))).rejects.toMatchObject({
      field: 'seat',
    })
  })
})

describe('who changes seats', () => {
  it.each([
    ['owner', 'owner', true],
    ['owner', 'viewer', true],
    ['admin', 'owner', false],
    ['admin', 'admin', true],
    ['admin', 'viewer', true],
    ['approver', 'viewer', false],
    ['viewer', 'viewer', false],
  ] as const)('as %s reaches a member who is %s: %s', async (own, other, may) => {
    const [actor, target] = [await team.join(own), await team.join(other)]
    const { accountId } = target
    const change = actor.act((tx) => changeSeat(tx, { accountId, seat: 'viewer' }))
    if (!may) {
      await expect(change).rejects.toMatchObject({ code: 'not_allowed' })
      const remove = actor.act((tx) => removeMember(tx, { accountId, by: actor.by }))
      await expect(remove).rejects.toMatchObject({ code: 'not_allowed' })
      return expect(await seatOf(target)).toBe(other)
    }
    await change
    expect(await seatOf(target)).toBe('viewer')
    await actor.act((tx) => removeMember(tx, { accountId, by: actor.by }))
  })

  it('gives none above the own one, not to oneself either', async () => {
    const [admin, viewer] = [await team.join('admin'), await team.join('viewer')]
    for (const { accountId } of [viewer, admin]) {
      const raise = admin.act((tx) => changeSeat(tx, { accountId, seat: 'owner' }))
      await expect(raise).rejects.toMatchObject({ code: 'not_allowed' })
    }
    await admin.act((tx) => changeSeat(tx, { accountId: viewer.accountId, seat: 'admin' }))
    expect(await seats()).toEqual(expect.arrayContaining(['owner', 'admin', 'admin']))
  })

  it('may be the operator of the host, for every seat', async () => {
    const member = await team.join('viewer')
    for (const seat of SEATS) {
      await team.operate((tx) => changeSeat(tx, { accountId: member.accountId, seat }))
      expect(await seatOf(member)).toBe(seat)
    }
  })

  it('is judged by the seat of now, not by the one of when the page was opened', async () => {
    const [second, admin] = [await team.join('owner'), await team.join('viewer')]
    const [lowered, removal] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await changeSeat(tx, { accountId: second.accountId, seat: 'viewer' })
          await hold()
        }),
      () => second.act((tx) => removeMember(tx, { accountId: admin.accountId, by: second.by })),
    )
    expect(lowered.status).toBe('fulfilled')
    expect(removal).toMatchObject({ status: 'rejected', reason: { code: 'not_allowed' } })
    expect(await seats()).toEqual(expect.arrayContaining(['owner', 'viewer', 'viewer']))
  })

  it('finds nobody who was removed in the same moment', async () => {
    const member = await team.join('viewer')
    const { accountId } = member
    const [removal, change] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await removeMember(tx, { accountId, by: owner.by })
          await hold()
        }),
      () => team.operate((tx) => changeSeat(tx, { accountId, seat: 'admin' })),
    )
    expect(removal.status).toBe('fulfilled')
    expect(change).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
  })
})

describe('the last owner', () => {
  it('can be neither lowered nor removed, by nobody', async () => {
    const { accountId } = owner
    for (const act of [owner.act, team.operate]) {
      await expect(act((tx) => changeSeat(tx, { accountId, seat: 'admin' }))).rejects.toMatchObject({
        code: 'not_allowed',
        message: expect.stringContaining('last owner'),
      })
      await expect(act((tx) => removeMember(tx, { accountId, by: owner.by }))).rejects.toMatchObject({
        code: 'not_allowed',
      })
    }
    await owner.act((tx) => changeSeat(tx, { accountId, seat: 'owner' }))
    expect(await seats()).toEqual(['owner'])
  })

  it('stays where two owners lower each other at once', async () => {
    const second = await team.join('owner')
    const [one, other] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await changeSeat(tx, { accountId: second.accountId, seat: 'viewer' })
          await hold()
        }),
      () => second.act((tx) => changeSeat(tx, { accountId: owner.accountId, seat: 'viewer' })),
    )
    expect([one.status, other.status]).toEqual(['fulfilled', 'rejected'])
    expect((await seats()).sort()).toEqual(['owner', 'viewer'])
  })

  it('stays where two owners leave at once', async () => {
    const second = await team.join('owner')
    const leave = (member: TeamMember, hold = async () => {}) =>
      member.act(async (tx) => {
        await removeMember(tx, { accountId: member.accountId, by: member.by })
        await hold()
      })
    const outcomes = await race(
      database,
      (hold) => leave(owner, hold),
      () => leave(second),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await seats()).toEqual(['owner'])
  })
})

describe('who is removed', () => {
  it('loses every grant and agent of theirs, and nobody else does', async () => {
    const [member, other] = [await team.join('admin'), await team.join('admin')]
    const [mine, theirs] = [await connect(member, 'operator'), await connect(other)]
    const { grantIds } = await owner.act((tx) => removeMember(tx, { accountId: member.accountId, by: owner.by }))
    expect(grantIds).toEqual([mine.grantId])
    const agents = await team.operate((tx) => listAgents(tx))
    const live = agents.filter(({ revokedAt }) => revokedAt === null)
    expect(live.map(({ grantId }) => grantId)).toEqual([theirs.grantId])
    for (const table of ['agents', 'grants']) {
      const rows = await team.rows(table, 'revoked_by, revoked_at is null as live')
      expect(rows).toContainEqual({ revoked_by: owner.by, live: false })
      expect(rows).toContainEqual({ revoked_by: null, live: true })
    }
  })

  it('may be oneself, with any seat', async () => {
    for (const seat of ['admin', 'approver', 'viewer'] as const) {
      const member = await team.join(seat)
      await member.act((tx) => removeMember(tx, { accountId: member.accountId, by: member.by }))
      await expect(member.act(async () => {})).rejects.toThrow('shut')
    }
  })

  it('cannot come back by an invitation to their address or by their own hand', async () => {
    const member = await team.join('admin')
    const invite = (email: string, by: TeamMember) =>
      by.act((tx) => inviteMember(tx, { workspaceId: team.workspaceId, email, seat: 'viewer', by: by.by }))
    await invite('friend@team.test', member)
    await invite('other@team.test', owner)
    const open = async () =>
      (await team.operate(listInvitations)).filter(({ withdrawnAt }) => withdrawnAt === null).map(({ email }) => email)
    await owner.act((tx) => removeMember(tx, { accountId: member.accountId, by: owner.by }))
    expect(await open()).toEqual(['other@team.test'])
    await invite(member.email, owner)
    await addAgain(member)
    await owner.act((tx) => removeMember(tx, { accountId: member.accountId, by: owner.by }))
    expect(await open()).toEqual(['other@team.test'])
  })

  it('leaves no grant that was given in the same moment', async () => {
    const member = await team.join('viewer')
    const { accountId } = member
    const [removal, consent] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await removeMember(tx, { accountId, by: owner.by })
          await hold()
        }),
      () => connect(member),
    )
    expect(removal.status).toBe('fulfilled')
    expect(consent).toMatchObject({ status: 'rejected', reason: { code: 'not_allowed' } })
    expect(await team.rows('grants', 'grant_id')).toEqual([])
  })

  it('takes along a grant that was given just before', async () => {
    const member = await team.join('viewer')
    const [consent, removal] = await race(
      database,
      (hold) =>
        member.act(async (tx, person) => {
          const wish = { clientId: 'c', clientName: 'C', role: 'analyst', stores: ['pier'], expiresDays: 1 }
          const given = await consentGrant(tx, person, { ...wish, scopes: ['orders:read'] })
          await hold()
          return given.grantId
        }),
      () => owner.act((tx) => removeMember(tx, { accountId: member.accountId, by: owner.by })),
    )
    expect(consent.status).toBe('fulfilled')
    expect(removal).toMatchObject({ status: 'fulfilled' })
    expect(await team.rows('grants', 'revoked_by')).toEqual([{ revoked_by: owner.by }])
  })
})

describe('a lowered seat', () => {
  it('takes from the grants what it does not give, for good', async () => {
    const member = await team.join('admin')
    await connect(member, 'operator')
    const scopes = async () => (await team.operate((tx) => listAgents(tx))).map((agent) => agent.scopes)
    const change = (seat: 'admin' | 'viewer') =>
      owner.act((tx) => changeSeat(tx, { accountId: member.accountId, seat }))
    expect(await scopes()).toEqual([['orders:read', 'orders:write']])
    await change('viewer')
    expect(await scopes()).toEqual([['orders:read']])
    await change('admin')
    expect(await scopes()).toEqual([['orders:read']])
  })
})

const addAgain = ({ accountId, email }: TeamMember) =>
  team.operate((tx) =>
    addMember(tx, { workspaceId: team.workspaceId, accountId, email, name: 'x', seat: 'viewer', by: 'operator:ada' }),
  )
