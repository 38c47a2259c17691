import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Secret, tokenHash } from '#kernel'
import type { Seat } from '#policy'
import { people } from '#store'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { fillTwoWorkspaces, newPerson, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam, type Team, type TeamMember } from '../../test/support/people-rows.ts'
import { race } from '../../test/support/race.ts'
import { acceptInvitation, inviteMember, listInvitations, withdrawInvitation } from './invitations.ts'
import { changeSeat, listMembers, removeMember } from './members.ts'

let database: TestDatabase
let two: TwoWorkspaces
let team: Team
let owner: TeamMember
let guest: { accountId: string; sessionHash: string; email: string }
let guests = 0

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)
beforeEach(async () => {
  team = await newTeam(database, two.parts)
  owner = await team.join('owner')
  const email = `newcomer-${++guests}@team.test`
  guest = { email, ...(await newPerson(database, email)) }
})
afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

const invite = (by: TeamMember, { email = guest.email, seat = 'viewer' }: { email?: string; seat?: Seat } = {}) =>
  by.act((tx) => inviteMember(tx, { workspaceId: team.workspaceId, email, seat, by: by.by }))
const accept = (token: Secret, hold: () => Promise<void> = async () => {}) =>
  people(database.pools.app).byInvitation(
    { tokenHash: tokenHash(token.reveal()), sessionHash: guest.sessionHash },
    async (tx, invited) => {
      await acceptInvitation(tx, invited)
      await hold()
      return true
    },
  )
const membership = async () =>
  (await team.operate(listMembers)).find(({ accountId, removedAt }) => accountId === guest.accountId && !removedAt)

describe('an invitation', () => {
  it('makes who was invited a member with that seat, as the one who invited', async () => {
    const { token } = await invite(owner, { seat: 'approver' })
    expect(await accept(token)).toBe(true)
    expect(await membership()).toMatchObject({ seat: 'approver', email: guest.email, createdBy: owner.by })
    const [invitation] = await owner.act(listInvitations)
    expect(invitation).toMatchObject({ email: guest.email, seat: 'approver', acceptedAt: expect.any(Date) })
  })

  it('is made by the operator of the host too, for every seat, and keeps only the hash of its token', async () => {
    const { token, invitationId } = await team.operate((tx) =>
      inviteMember(tx, { workspaceId: team.workspaceId, email: guest.email, seat: 'owner', by: 'operator:ada' }),
    )
    expect(token.reveal()).toMatch(/^tg_in_/)
    const [row] = await team.rows(
      'invitations',
      'invitation_id, token_hash, created_by, expires_at - created_at as life',
    )
    expect(row).toMatchObject({ invitation_id: invitationId, created_by: 'operator:ada' })
    expect(row?.token_hash).toEqual(tokenHash(token.reveal()))
    await accept(token)
    expect(await membership()).toMatchObject({ seat: 'owner' })
  })

  it('is accepted once', async () => {
    const { token } = await invite(owner)
    await accept(token)
    await owner.act((tx) => removeMember(tx, { accountId: guest.accountId, by: owner.by }))
    expect(await accept(token)).toBeUndefined()
    expect(await membership()).toBeUndefined()
  })

  it('is accepted once where it is answered twice at once', async () => {
    const { token } = await invite(owner)
    const [first, second] = await race(
      database,
      (hold) => accept(token, hold),
      () => accept(token),
    )
    expect(first).toMatchObject({ status: 'fulfilled', value: true })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
    expect(await membership()).toMatchObject({ seat: 'viewer' })
  })

  it('opens nothing after it was withdrawn, not in the same moment either', async () => {
    const { token, invitationId } = await invite(owner)
    const [withdrawal, answer] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await withdrawInvitation(tx, invitationId)
          await hold()
        }),
      () => accept(token),
    )
    expect(withdrawal.status).toBe('fulfilled')
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
    expect(await accept(token)).toBeUndefined()
    expect(await membership()).toBeUndefined()
    for (const id of [invitationId, 'nonsense']) {
      await expect(owner.act((tx) => withdrawInvitation(tx, id))).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('takes the place of an older one to the same address', async () => {
    const older = await invite(owner, { seat: 'owner' })
    const newer = await invite(owner, { email: ` ${guest.email.toUpperCase()} ` })
    expect(await accept(older.token)).toBeUndefined()
    await accept(newer.token)
    expect(await membership()).toMatchObject({ seat: 'viewer' })
  })

  it('is over after seven days', async () => {
    const { token } = await invite(owner)
    await team.operate((tx) => tx.updateTable('tillgate.invitations').set({ expires_at: new Date() }).execute())
    expect(await accept(token)).toBeUndefined()
    await invite(owner)
    const [newest] = await team.operate(listInvitations)
    expect(Math.round(((newest?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(7)
  })

  it('is not for what is no address, nor for a member', async () => {
    for (const email of ['', 'nobody', 'a@b c.test', `${'x'.repeat(250)}@team.test`, owner.email]) {
      await expect(invite(owner, { email })).rejects.toMatchObject({ code: 'invalid_arguments', field: 'email' })
    }
  })

  it('changes nothing for who became a member by another way meanwhile', async () => {
    const { token } = await invite(owner)
    const values = {
      workspace_id: team.workspaceId,
      account_id: guest.accountId,
      seat: 'admin',
      created_by: 'test',
    } as const
    await team.operate((tx) =>
      tx
        .insertInto('tillgate.members')
        .values({ ...values, email: guest.email, name: 'Guest' })
        .execute(),
    )
    await expect(accept(token)).rejects.toMatchObject({ code: 'invalid_arguments' })
    expect(await membership()).toMatchObject({ seat: 'admin' })
  })
})

describe('who invites', () => {
  it.each([
    ['owner', 'owner', true],
    ['admin', 'owner', false],
    ['admin', 'admin', true],
    ['approver', 'viewer', false],
    ['viewer', 'viewer', false],
  ] as const)('as %s to the seat of %s: %s', async (own, seat, may) => {
    const asked = invite(await team.join(own), { seat })
    if (may) return expect((await asked).invitationId).toBeTypeOf('string')
    await expect(asked).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await team.operate(listInvitations)).toEqual([])
  })

  it('is judged by the seat of now', async () => {
    const admin = await team.join('admin')
    const [lowered, invited] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await changeSeat(tx, { accountId: admin.accountId, seat: 'viewer' })
          await hold()
        }),
      () => invite(admin),
    )
    expect(lowered.status).toBe('fulfilled')
    expect(invited).toMatchObject({ status: 'rejected', reason: { code: 'not_allowed' } })
  })
})
