import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam, type Team, type TeamMember } from '../../test/support/people-rows.ts'
import { createMachineAgent } from './agents.ts'
import { endAgent, revokeAgent } from './existing-agents.ts'
import { listAgents } from './list-agents.ts'
import { consentGrant } from './member-grants.ts'
import { freezeWorkspace, quarantineAgent, releaseAgent, unfreezeWorkspace } from './stops.ts'

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

const by = 'operator:ada'
const machine = (name: string) =>
  createMachineAgent(two.parts, {
    workspaceId: team.workspaceId,
    name,
    role: 'analyst',
    stores: 'all',
    createdBy: by,
  })
const connect = async (clientName: string) => {
  const wish = { clientId: `client of ${clientName}`, clientName, role: 'analyst', stores: ['pier'], expiresDays: 1 }
  const { grantId } = await owner.act((tx, person) => consentGrant(tx, person, { ...wish, scopes: ['orders:read'] }))
  const agent = (await team.operate((tx) => listAgents(tx))).find((each) => each.grantId === grantId)
  return agent?.agentId ?? ''
}
const marks = () => team.rows('agents', 'name, quarantined_at is not null as quarantined, quarantined_by, revoked_by')

describe('quarantine and release', () => {
  it.each(['a person', 'the operator'])('are told who did it first, by %s, and may be repeated', async (who) => {
    const act = who === 'a person' ? owner.act : team.operate
    const { agentId } = await machine('bot')
    const quarantine = (name: string) => act((tx) => quarantineAgent(tx, { agent: 'bot', by: name }))
    expect(await quarantine('first')).toEqual({ agentId, name: 'bot', already: false })
    expect(await quarantine('second')).toMatchObject({ already: true })
    expect(await marks()).toMatchObject([{ quarantined: true, quarantined_by: 'first' }])
    const release = () => act((tx) => releaseAgent(tx, { agent: agentId }))
    expect(await release()).toEqual({ agentId, name: 'bot', already: false })
    expect(await release()).toMatchObject({ already: true })
    expect(await marks()).toMatchObject([{ quarantined: false, quarantined_by: null }])
  })

  it('reach no agent that is not there, has ended or is of another workspace', async () => {
    await machine('brief')
    await team.operate((tx) => endAgent(tx, { agent: 'brief', by }))
    for (const agent of ['nobody', 'brief', two.one.agent.agentId]) {
      await expect(team.operate((tx) => quarantineAgent(tx, { agent, by }))).rejects.toMatchObject({
        code: 'not_found',
      })
      await expect(team.operate((tx) => releaseAgent(tx, { agent }))).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

describe('a name', () => {
  it('that a client took from another agent means none of the two', async () => {
    const [{ agentId }, impostor] = [await machine('reports'), await connect('reports')]
    for (const act of [quarantineAgent, endAgent]) {
      const named = team.operate(async (tx) => void (await act(tx, { agent: 'reports', by })))
      await expect(named).rejects.toMatchObject({
        code: 'invalid_arguments',
        message: expect.stringContaining(impostor),
      })
    }
    await expect(team.operate((tx) => releaseAgent(tx, { agent: 'reports' }))).rejects.toMatchObject({
      message: expect.stringContaining(agentId),
    })
    await team.operate((tx) => endAgent(tx, { agent: impostor, by }))
    expect(await team.operate((tx) => endAgent(tx, { agent: 'reports', by }))).toMatchObject({ agentId })
  })

  it('that is the id of another agent means that other', async () => {
    const { agentId } = await machine('first')
    await connect(agentId)
    expect(await team.operate((tx) => quarantineAgent(tx, { agent: agentId, by }))).toMatchObject({ name: 'first' })
  })
})

describe('an agent that is ended', () => {
  it('by a person keeps who did it first, and its grants with it', async () => {
    const agentId = await connect('App')
    const end = (name: string) => owner.act((tx) => endAgent(tx, { agent: agentId, by: name }))
    expect(await end('first')).toMatchObject({ agentId, name: 'App', kind: 'oauth', clientId: 'client of App' })
    await end('second')
    expect(await marks()).toMatchObject([{ revoked_by: 'first' }])
    expect(await team.rows('grants', 'revoked_by')).toEqual([{ revoked_by: 'first' }])
  })

  it('takes its tokens along, but not those of others who use the same client', async () => {
    const [mine, other] = [await connect('App'), await connect('App')]
    const grants = await team.operate((tx) => listAgents(tx))
    for (const { grantId, clientId } of grants) {
      await database.pools.auth.query(
        `insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
         values (sha256($1::text::bytea), 'AccessToken', $2, $1::uuid, '', 'core', '{}', now() + interval '1 hour')`,
        [grantId, clientId],
      )
    }
    await revokeAgent(two.parts, { workspaceId: team.workspaceId, agent: mine, by })
    const { rows } = await database.pools.auth.query(
      'select grant_id from auth.access_tokens where grant_id = any($1)',
      [grants.map(({ grantId }) => grantId)],
    )
    const left = grants.find(({ agentId }) => agentId === other)
    expect(rows).toEqual([{ grant_id: left?.grantId }])
  })
})

describe('a workspace', () => {
  it.each(['a person', 'the operator'])('is frozen and let go on by %s, and no other with it', async (who) => {
    const act = who === 'a person' ? owner.act : team.operate
    const other = await newTeam(database, two.parts)
    const frozen = (of: Team) => of.rows('workspaces', 'frozen_by, frozen_at is not null as frozen')
    expect(await act((tx) => freezeWorkspace(tx, { by: 'first' }))).toEqual({ already: false })
    expect(await act((tx) => freezeWorkspace(tx, { by: 'second' }))).toEqual({ already: true })
    expect(await frozen(team)).toEqual([{ frozen_by: 'first', frozen: true }])
    expect(await frozen(other)).toEqual([{ frozen_by: null, frozen: false }])
    await other.operate((tx) => freezeWorkspace(tx, { by }))
    expect(await act(unfreezeWorkspace)).toEqual({ already: false })
    expect(await act(unfreezeWorkspace)).toEqual({ already: true })
    expect(await frozen(team)).toEqual([{ frozen_by: null, frozen: false }])
    expect(await frozen(other)).toEqual([{ frozen_by: by, frozen: true }])
  })
})
