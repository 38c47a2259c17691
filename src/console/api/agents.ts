import { Hono } from 'hono'
import { z } from 'zod'
import { agentHours, toolCounts } from '#audit'
import { isScope, scopeWords } from '#commerce'
import { listMembers, memberMarks, pageAgents } from '#identity'
import { describeAccess, seatMay } from '#policy'
import { visibleText } from '../visible-text.ts'
import { whoWords } from '../who-words.ts'
import { accept, clearMarks, quarantine, release, revoke } from './agent-acts.ts'
import { agentInSight } from './agent-in-sight.ts'
import { agentLine, hoursOf } from './agent-line.ts'
import { isOver, widened } from './agent-state.ts'
import { daysOf, toolLines, USE_DAYS, usedScopes, useOf } from './agent-use.ts'
import { counted } from './counted.ts'
import { makeMachine, newMachine } from './machine-agent.ts'
import { applyNarrower, narrowerFor } from './narrower.ts'
import { seat } from './seat.ts'
import { agentsInSight } from './sight.ts'
import { body, query } from './valid.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'

const SIZE = 50
const DAY_MS = 86_400_000
const version = z.int().min(1)

/** The inventory of agents: who they are, what they use, and how to stop them. */
export const agentsApi = new Hono<ApiEnv>()
  .get(
    '/',
    seat('member'),
    query({
      text: z.string().max(200).optional(),
      state: z.enum(['live', 'ended', 'stopped']).default('live'),
      page: z.coerce.number().int().min(1).max(1_000_000).default(1),
    }),
    async (c) => c.json(await inventory(c.var.visit, c.req.valid('query'))),
  )
  .post('/', seat('fresh_member', 'manage_agents'), body(newMachine), async (c) => {
    return c.json(await makeMachine(c.var.visit, c.req.valid('json')))
  })
  .get('/:agent', seat('member'), async (c) => c.json(await detail(c.var.visit, c.req.param('agent'))))
  .get('/:agent/narrower', seat('member'), async (c) => {
    return c.json(await narrowerFor(c.var.visit, await agentInSight(c.var.visit, c.req.param('agent'))))
  })
  .post('/:agent/narrower', seat('fresh_member', 'manage_roles'), body({ version }), async (c) => {
    const agent = await agentInSight(c.var.visit, c.req.param('agent'))
    return c.json(await applyNarrower(c.var.visit, agent, c.req.valid('json').version))
  })
  .post('/:agent/quarantine', seat('member'), async (c) => c.json(await quarantine(c.var.visit, c.req.param('agent'))))
  .post('/:agent/revoke', seat('member'), async (c) => c.json(await revoke(c.var.visit, c.req.param('agent'))))
  .post('/:agent/release', seat('fresh_member', 'manage_agents'), async (c) => {
    return c.json(await release(c.var.visit, c.req.param('agent')))
  })
  .post('/:agent/clear-marks', seat('fresh_member'), async (c) => {
    return c.json(await clearMarks(c.var.visit, c.req.param('agent')))
  })
  .post('/:agent/accept', seat('fresh_member'), body({ version }), async (c) => {
    return c.json(await accept(c.var.visit, c.req.param('agent'), c.req.valid('json').version))
  })

type Wanted = {
  readonly text?: string | undefined
  readonly state: 'live' | 'ended' | 'stopped'
  readonly page: number
}

async function inventory(visit: ApiVisit, { text, state, page }: Wanted) {
  const { tx, world, person } = visit
  const own = (await agentsInSight(visit)) === undefined ? undefined : person.accountId
  const { agents, total } = await pageAgents(
    tx,
    { accountId: own, text: text || undefined, state },
    { page, size: SIZE },
  )
  await counted({ world, person })
  const now = world.clock()
  const agentIds = agents.map(({ agentId }) => agentId)
  const from = new Date(now - USE_DAYS * DAY_MS)
  const used = await toolCounts(tx, { from, agents: agentIds })
  const hours = await agentHours(tx, { from: new Date(now - DAY_MS), agents: agentIds })
  const lines = agents.map((agent) => ({
    ...agentLine(agent, { now, isFrozen: person.frozenAt !== null }),
    ...useOf(agent, used),
    hours: hoursOf(hours, agent.agentId, now),
  }))
  return {
    now,
    agents: lines,
    total,
    page,
    pages: Math.max(1, Math.ceil(total / SIZE)),
    sees: own === undefined ? 'all' : 'own',
  }
}

async function detail(visit: ApiVisit, agentId: string) {
  const { tx, world, person, session } = visit
  const agent = await agentInSight(visit, agentId)
  await counted({ world, person })
  const now = world.clock()
  const from = new Date(now - USE_DAYS * DAY_MS)
  const counts = await toolCounts(tx, { from, agents: [agentId] })
  const hours = await agentHours(tx, { from, agents: [agentId] })
  const marks = agent.accountId === null ? undefined : (await memberMarks(tx)).get(agent.accountId)
  const manages = seatMay(person.seat, 'manage_agents')
  const isOwn = agent.accountId === session.account.accountId
  return {
    now,
    ...agentLine(agent, { now, isFrozen: person.frozenAt !== null }),
    ...useOf(agent, counts),
    hours: hoursOf(hours, agentId, now),
    days: daysOf(hours, now),
    tools: toolLines(counts),
    client: visibleText(agent.clientId, 300),
    purpose: visibleText(agent.purpose, 1_000),
    scopeLines: agent.scopes.map((scope) => scopeLine(scope, usedScopes(counts))),
    access: describeAccess({ definition: agent.roleDefinition, scopes: agent.scopes.filter(isScope) }),
    roleVersion: agent.roleVersion,
    acceptedVersion: agent.acceptedVersion,
    widened: widened(agent),
    madeBy: whoWords(agent.createdBy, await listMembers(tx)),
    quarantinedAt: agent.quarantinedAt,
    revokedAt: agent.revokedAt,
    isOver: isOver(agent, now),
    taintedAt: agent.kind === 'machine' ? agent.taintedAt : (marks?.taintedAt ?? null),
    /** A mark on a person's account is that person's to clear: it counts in all workspaces. */
    may: {
      stop: manages || isOwn,
      release: manages,
      clearMarks: agent.kind === 'machine' ? manages : isOwn,
      accept: manages || isOwn,
      narrow: seatMay(person.seat, 'manage_roles'),
    },
  }
}

function scopeLine(scope: string, used: ReadonlySet<string>) {
  return { scope, words: isScope(scope) ? scopeWords[scope] : scope, used: used.has(scope) }
}
