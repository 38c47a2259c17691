import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Scope } from '#commerce'
import type { WorkspaceTransaction } from '#store'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam, type Team, type TeamMember } from '../../test/support/people-rows.ts'
import { race } from '../../test/support/race.ts'
import { acceptRole } from './accept-role.ts'
import { createMachineAgent } from './agents.ts'
import { endAgent } from './existing-agents.ts'
import { listAgents } from './list-agents.ts'
import { consentGrant } from './member-grants.ts'
import { changeSeat } from './members.ts'
import { changeRole, createRoleIn, readRole } from './roles.ts'

let database: TestDatabase
let two: TwoWorkspaces
let team: Team
let owner: TeamMember

const by = 'operator:ada'
const definition = (scopes: Scope[]) => ({ scopes, personal: 'mask', strangers_text: 'mark' })
const change = (scopes: Scope[]) =>
  team.operate((tx) =>
    changeRole(tx, { workspaceId: team.workspaceId, name: 'mine', definition: definition(scopes), by }),
  )
const connect = async (member: TeamMember, scopes: Scope[]) => {
  const wish = { clientId: 'client', clientName: 'App', role: 'mine', stores: ['pier'], scopes, expiresDays: 1 }
  return (await member.act((tx, person) => consentGrant(tx, person, wish))).grantId
}
const grant = async (grantId: string) =>
  (await team.operate((tx) => listAgents(tx))).find((agent) => agent.grantId === grantId)
const accept = (member: Actor, grantId: string, version: number) =>
  member.act((tx) => acceptRole(tx, { grantId, version }))

type Actor = { act(work: (tx: WorkspaceTransaction) => Promise<void>): Promise<void> }

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)
beforeEach(async () => {
  team = await newTeam(database, two.parts)
  owner = await team.join('owner')
  const role = {
    workspaceId: team.workspaceId,
    name: 'mine',
    definition: definition(['stores:read', 'orders:read']),
    by,
  }
  await team.operate((tx) => createRoleIn(tx, role))
})
afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

describe('a wider role', () => {
  it('reaches a grant only when it is accepted, with what it has gained and nothing that was left out before', async () => {
    const grantId = await connect(owner, ['orders:read'])
    await change(['stores:read', 'orders:read', 'catalog:read', 'orders:write'])
    expect(await grant(grantId)).toMatchObject({
      scopes: ['orders:read'],
      roleVersion: 2,
      acceptedVersion: 1,
      acceptedDefinition: { scopes: ['stores:read', 'orders:read'] },
    })
    await accept(owner, grantId, 2)
    const { scopes = [], ...after } = (await grant(grantId)) ?? {}
    expect(after).toMatchObject({ roleVersion: 2, acceptedVersion: 2 })
    expect([...scopes].sort()).toEqual(['catalog:read', 'orders:read', 'orders:write'])
  })

  it('gives no more than the seat of the member behind the grant, whoever accepts', async () => {
    const viewer = await team.join('viewer')
    const grantId = await connect(viewer, ['orders:read'])
    await change(['orders:read', 'catalog:read', 'orders:write'])
    await accept(owner, grantId, 2)
    expect((await grant(grantId))?.scopes).toEqual(['catalog:read', 'orders:read'])
  })

  it('gives no more than the seat of that moment', async () => {
    const admin = await team.join('admin')
    const grantId = await connect(admin, ['orders:read'])
    await change(['orders:read', 'orders:write'])
    const [lowered, accepted] = await race(
      database,
      (hold) =>
        owner.act(async (tx) => {
          await changeSeat(tx, { accountId: admin.accountId, seat: 'viewer' })
          await hold()
        }),
      () => accept(admin, grantId, 2),
    )
    expect([lowered.status, accepted.status]).toEqual(['fulfilled', 'fulfilled'])
    expect((await grant(grantId))?.scopes).toEqual(['orders:read'])
  })

  it('is accepted for a machine agent by an admin, with all that it has gained', async () => {
    const agent = { workspaceId: team.workspaceId, name: 'bot', role: 'mine', stores: [], createdBy: by }
    const { grantId } = await createMachineAgent(two.parts, agent)
    await change(['orders:read', 'orders:write'])
    const viewer = await team.join('viewer')
    await expect(accept(viewer, grantId, 2)).rejects.toMatchObject({ code: 'not_allowed' })
    await accept(await team.join('admin'), grantId, 2)
    expect((await grant(grantId))?.scopes).toEqual(['orders:read', 'orders:write'])
  })
})

describe('who accepts', () => {
  it('is the member, an admin or the operator, and nobody else', async () => {
    const [viewer, other] = [await team.join('viewer'), await team.join('approver')]
    const grantId = await connect(viewer, ['orders:read'])
    await change(['orders:read', 'catalog:read'])
    await expect(accept(other, grantId, 2)).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await grant(grantId)).toMatchObject({ acceptedVersion: 1 })
    for (const may of [viewer, await team.join('admin'), { act: team.operate }]) await accept(may, grantId, 2)
    expect(await grant(grantId)).toMatchObject({ acceptedVersion: 2 })
  })

  it('accepts what was looked at, and nothing that came after', async () => {
    const grantId = await connect(owner, ['orders:read'])
    await change(['orders:read', 'catalog:read'])
    await change(['orders:read', 'orders:write'])
    await expect(accept(owner, grantId, 2)).rejects.toMatchObject({ code: 'invalid_arguments' })
    expect(await grant(grantId)).toMatchObject({ acceptedVersion: 1, scopes: ['orders:read'] })
  })

  it('finds no grant that has ended or is of another workspace', async () => {
    const grantId = await connect(owner, ['orders:read'])
    await team.operate((tx) => endAgent(tx, { agent: 'App', by }))
    for (const id of [grantId, two.one.agent.grantId]) {
      await expect(accept(owner, id, 1)).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

describe('whatever happens, in whatever order', () => {
  it('no grant of a viewer or approver has a scope that changes or reveals something', async () => {
    const people = [await team.join('viewer'), await team.join('approver'), await team.join('admin')]
    const pick = dice(7)
    let done = 0
    for (let step = 0; step < 40; step++) {
      await act(pick, people).then(() => done++, expectRefusal)
      const seats = new Map(
        (await team.rows('members', 'account_id, seat')).map(({ account_id, seat }) => [account_id, seat]),
      )
      for (const { accountId, scopes } of await team.operate((tx) => listAgents(tx))) {
        const reads = scopes.every((scope) => scope.endsWith(':read'))
        expect(reads || ['owner', 'admin'].includes(`${seats.get(accountId)}`), `step ${step}`).toBe(true)
      }
    }
    expect(done).toBeGreaterThan(20)
  }, 60_000)

  const SCOPES: Scope[] = [
    'stores:read',
    'orders:read',
    'orders:write',
    'refunds:create',
    'catalog:read',
    'text:reveal',
  ]

  async function act(pick: Dice, people: readonly TeamMember[]): Promise<unknown> {
    const member = pick(people)
    const some = SCOPES.filter(() => pick([true, false]))
    switch (pick(['consent', 'seat', 'role', 'accept'] as const)) {
      case 'consent': {
        const role = await team.operate((tx) => readRole(tx, 'mine'))
        const scopes = role?.definition.scopes ?? []
        return connect(member, pick([scopes, scopes.filter((scope) => scope.endsWith(':read'))]))
      }
      case 'seat':
        return owner.act((tx) =>
          changeSeat(tx, { accountId: member.accountId, seat: pick(['admin', 'approver', 'viewer']) }),
        )
      case 'role':
        return change(some)
      case 'accept': {
        const agents = await team.operate((tx) => listAgents(tx))
        if (agents.length === 0) return undefined
        const { grantId, roleVersion } = pick(agents)
        return accept(pick([owner, member]), grantId, roleVersion)
      }
    }
  }
})

type Dice = <T>(from: readonly T[]) => T

/** The same throws in each run. */
function dice(seed: number): Dice {
  let state = seed
  return (from) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const thrown = from[(state >>> 16) % from.length]
    if (thrown === undefined) throw new Error('nothing to pick from')
    return thrown
  }
}

function expectRefusal(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_arguments|not_allowed)$/) })
}
