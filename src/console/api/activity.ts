import { Hono } from 'hono'
import { z } from 'zod'
import { headOf, type RecordFilter, searchRecords } from '#audit'
import { tools } from '#commerce'
import { listStoresIn, pageAgents } from '#identity'
import { visibleText } from '../visible-text.ts'
import { callRow } from './call-row.ts'
import { notHere } from './errors.ts'
import { live } from './live.ts'
import { namesOf } from './names.ts'
import { seat } from './seat.ts'
import { agentsInSight } from './sight.ts'
import { storyOf } from './story.ts'
import { id, query, recordNumber } from './valid.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'

const filters = {
  agent: id.optional(),
  tool: z.string().max(64).optional(),
  /** A handle. */
  store: z.string().max(64).optional(),
  outcome: z.enum(['ok', 'refused', 'failed', 'not_ok']).optional(),
}

type Filters = z.output<z.ZodObject<typeof filters>>

const LINES = 50

/** What agents did: a list that pages on the server, the same live, and the whole story of one call. */
export const activityApi = new Hono<ApiEnv>()
  .get('/', seat('member'), query({ ...filters, before: recordNumber.optional() }), async (c) => {
    const { visit } = c.var
    const { before, ...wanted } = c.req.valid('query')
    // Before the records, so that whoever follows from here on misses none.
    const head = await headOf(visit.tx)
    const { records, next } = await searchRecords(visit.tx, await filterOf(visit, wanted), { before, limit: LINES })
    const names = await namesOf(
      visit.tx,
      records.map(({ header }) => header),
    )
    return c.json({ calls: records.map((record) => callRow(record, names)), next, head })
  })
  .get('/choices', seat('member'), async (c) => {
    const { tx, person } = c.var.visit
    const own = (await agentsInSight(c.var.visit)) === undefined ? {} : { accountId: person.accountId }
    const { agents } = await pageAgents(tx, own, { page: 1, size: CHOICES_MAX })
    const stores = await listStoresIn(tx)
    return c.json({
      agents: [
        ...new Map(agents.map(({ agentId, name }) => [agentId, { id: agentId, name: visibleText(name) }])).values(),
      ],
      tools: Object.keys(tools),
      stores: stores.map(({ handle }) => handle),
    })
  })
  .get('/live', seat('member'), query({ ...filters, after: z.coerce.number().int().min(0).optional() }), (c) => {
    const { after, ...wanted } = c.req.valid('query')
    return live(c, { filterFor: (place) => filterOf(place, wanted), after })
  })
  .get('/:record', seat('member'), async (c) => {
    const record = recordNumber.safeParse(c.req.param('record'))
    if (!record.success) throw notHere()
    return c.json(await storyOf(c.var.visit, record.data))
  })

const CHOICES_MAX = 200

/** What a person asks for, within what the seat may see. An agent or store that is not there matches nothing. */
async function filterOf(
  visit: Pick<ApiVisit, 'tx' | 'person'>,
  { agent, tool, store, outcome }: Filters,
): Promise<RecordFilter> {
  const sight = await agentsInSight(visit)
  const agents = agent === undefined ? sight : [agent].filter((each) => sight === undefined || sight.includes(each))
  const found = store === undefined ? undefined : (await listStoresIn(visit.tx)).find(({ handle }) => handle === store)
  return {
    kinds: ['call', 'refusal'],
    agents,
    tool,
    store: store === undefined ? undefined : (found?.storeId ?? 'none'),
    outcomes: outcome === undefined ? undefined : outcome === 'not_ok' ? ['refused', 'failed'] : [outcome],
  }
}
