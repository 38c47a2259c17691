import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAuditLog } from '#audit'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { newTeam } from '../../test/support/people-rows.ts'
import { race } from '../../test/support/race.ts'
import { endAgent } from './existing-agents.ts'
import { listAgents } from './list-agents.ts'
import { consentGrant } from './member-grants.ts'
import { removeMember } from './members.ts'
import { quarantineAgent } from './stops.ts'

let database: TestDatabase
let two: TwoWorkspaces
beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)
afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

const consent = { clientId: 'https://client.test/app', clientName: 'App', role: 'analyst', expiresDays: 30 }
const wish = { ...consent, stores: ['pier'], scopes: ['orders:read' as const] }

/**
 * The page records a consent before it commits. A record that marks the agent and waited for the consent would wait for
 * ever, and every record of the instance with it.
 */
it.each(['revoked', 'quarantined', 'removed with its member'])(
  'a consent holds up no record about its agent, not even while that is being %s',
  async (stop) => {
    const team = await newTeam(database, two.parts)
    await team.join('owner')
    const viewer = await team.join('viewer')
    const first = await viewer.act((tx, person) => consentGrant(tx, person, wish))
    const [agent] = await team.operate((tx) => listAgents(tx, { accountId: viewer.accountId }))
    if (!agent) throw new Error('no agent')
    const audit = createAuditLog({ pool: database.morePools().audit })
    const header = { v: 1, kind: 'call', request: 'r', at: Date.now(), outcome: 'ok' } as const
    const { workspaceId } = team
    const by = 'operator:ada'
    const stopping = () =>
      team.operate(async (tx): Promise<unknown> => {
        if (stop === 'revoked') return endAgent(tx, { agent: agent.agentId, by })
        if (stop === 'quarantined') return quarantineAgent(tx, { agent: agent.agentId, by })
        return removeMember(tx, { accountId: viewer.accountId, by })
      })
    const [consented, stopped] = await race(
      database,
      (hold) =>
        viewer.act(async (tx, person) => {
          const given = await consentGrant(tx, person, { ...wish, grantId: first.grantId })
          await hold()
          await audit.append({ workspaceId, header, taintAgent: agent.agentId, seenGrant: first.grantId })
          return given
        }),
      stopping,
    )
    expect(consented).toMatchObject({ status: 'fulfilled', value: { grantId: first.grantId, kept: true } })
    expect(stopped.status).toBe('fulfilled')
    await audit.close()
  },
  20_000,
)
