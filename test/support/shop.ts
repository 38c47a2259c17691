import { type AgentSummary, listAgents, type MachineAgent } from '#identity'
import type { Seat } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { type Api, apiOf } from './api.ts'
import { startTestGate, type TestGate } from './gate.ts'
import { type MemberGrant, memberGrant } from './member-grant.ts'
import { type Answer, callTool } from './rpc.ts'
import { type Seated, type Shown, seated } from './seated.ts'

/** A running gate with the workspace `shop`, its people in their browsers, and their agents. */
export type Shop = {
  readonly test: TestGate
  readonly workspaceId: string
  readonly api: Api
  readonly owner: Seated
  readonly admin: Seated
  readonly viewer: Seated
  member(seat: Seat, shown?: Shown): Promise<Seated>
  /** A connected agent of a member. */
  grantOf(person: Pick<Seated, 'accountId'>, role?: string): Promise<MemberGrant>
  /** The newest grant of an agent, as the tables have it. */
  agent(of: Pick<MemberGrant, 'agentId'>): Promise<AgentSummary>
  /** A machine agent with a token. */
  machine(role?: string): Promise<MachineAgent & { readonly token: string }>
  /** One call of a tool on the store `harbour`, by the gate. */
  call(token: string, name: string, args?: object): Promise<Answer>
  inside<T>(work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T>
  /** What the newest record says that was done, to what, by whom. */
  lastAction(): Promise<{ action?: string; subject?: string; account?: string }>
  stop(): Promise<void>
}

export async function openShop(): Promise<Shop> {
  const test = await startTestGate()
  const { workspaceId, slug } = await test.workspace('shop')
  const inside: Shop['inside'] = (work) => test.foundation.jobs.inWorkspace(workspaceId, work)
  const member: Shop['member'] = (seat, shown) => seated(test, [{ workspaceId, seat }], shown)
  return {
    test,
    workspaceId,
    api: apiOf(test.gate.url, slug),
    owner: await member('owner'),
    admin: await member('admin'),
    viewer: await member('viewer'),
    member,
    inside,
    grantOf: ({ accountId }, role = 'analyst') => memberGrant(test.database, { workspaceId, accountId, role }),
    agent: (of) => inside((tx) => agentOf(tx, of.agentId)),
    async machine(role = 'support') {
      const made = await test.agent({ workspaceId, slug, name: slug }, { role })
      return { ...made, token: await test.token(made) }
    },
    call(token, name, args = {}) {
      const store = name === 'list_stores' ? {} : { store: 'harbour' }
      return callTool(`${test.gate.url}/mcp`, token, { name, arguments: { ...store, ...args } })
    },
    lastAction: () => inside(lastAction),
    stop: () => test.stop(),
  }
}

async function agentOf(tx: WorkspaceTransaction, agentId: string): Promise<AgentSummary> {
  const [found] = await listAgents(tx, { agentIds: [agentId] })
  if (found === undefined) throw new Error('the agent is gone')
  return found
}

async function lastAction(tx: WorkspaceTransaction) {
  const newest = tx.selectFrom('audit.records').select('header').orderBy('seq', 'desc').limit(1)
  const { action, subject, account } = JSON.parse((await newest.executeTakeFirstOrThrow()).header)
  return { action, subject, account }
}
