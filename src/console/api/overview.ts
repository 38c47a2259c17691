import { Hono } from 'hono'
import { z } from 'zod'
import { agentHours, headOf, readPulse, refusedMost, storeCounts } from '#audit'
import { listStoresIn, pageAgents } from '#identity'
import { agentLine, hoursOf } from './agent-line.ts'
import { counted } from './counted.ts'
import { namesOf } from './names.ts'
import { binsOf, RANGES, stretchOf } from './pulse.ts'
import { seat } from './seat.ts'
import { agentsInSight } from './sight.ts'
import { storeHealth } from './store-health.ts'
import { query } from './valid.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'
import { why } from './why.ts'

const AGENTS = 8
const REASONS = 8
const DAY_MS = 86_400_000

/** What is going on: calls over time, who is connected, what was refused, how the stores are. */
export const overviewApi = new Hono<ApiEnv>().get(
  '/',
  seat('member'),
  query({ range: z.enum(RANGES).default('24h') }),
  async (c) => {
    const { visit } = c.var
    const { range } = c.req.valid('query')
    const { tx, world } = visit
    const isCounted = await counted(visit)
    const now = world.clock()
    const stretch = stretchOf(range, now)
    const from = new Date(stretch.from)
    const stores = await listStoresIn(tx)
    return c.json({
      now,
      range,
      /** Whether every record so far is in the numbers. */
      isCounted,
      pulse: binsOf(await readPulse(tx, { from, binMs: stretch.binMs }), stretch),
      agents: await agentsNow(visit, now),
      refused: await refusals(visit, from),
      stores: storeHealth(stores, await storeCounts(tx, { from: new Date(now - DAY_MS) })),
      /** Whether anything was ever recorded of an agent. */
      isNew: (await headOf(tx)) === 0 || (await pageAgents(tx, {}, { page: 1, size: 1 })).total === 0,
    })
  },
)

/** The live agents that this person may see, those last seen first, with a day of calls each. */
async function agentsNow(visit: ApiVisit, now: number) {
  const { tx, person } = visit
  const sight = await agentsInSight(visit)
  const own = sight === undefined ? {} : { accountId: person.accountId }
  const { agents, total } = await pageAgents(tx, { ...own, state: 'live' }, { page: 1, size: AGENTS })
  const from = new Date(now - DAY_MS)
  const hours = await agentHours(tx, { from, agents: agents.map(({ agentId }) => agentId) })
  const isFrozen = person.frozenAt !== null
  const lines = agents.map((agent) => ({
    ...agentLine(agent, { now, isFrozen }),
    hours: hoursOf(hours, agent.agentId, now),
  }))
  return { lines, total }
}

async function refusals(visit: ApiVisit, from: Date) {
  const counted = await refusedMost(visit.tx, { from, agents: await agentsInSight(visit) }, REASONS)
  const names = await namesOf(visit.tx, counted)
  return counted.map(({ agent, tool, outcome, step, code, calls }) => ({
    agent: names.agent(agent),
    tool: tool === '' ? null : tool,
    outcome,
    step,
    code,
    calls,
    ...why({ step, code, agentId: agent, tool: tool === '' ? undefined : tool }),
  }))
}
