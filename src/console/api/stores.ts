import { Hono } from 'hono'
import { storeCounts } from '#audit'
import { countGrants, listStoresIn } from '#identity'
import { visibleText } from '../visible-text.ts'
import { counted } from './counted.ts'
import { seat } from './seat.ts'
import { storeHealth } from './store-health.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'

const DAY_MS = 86_400_000

/** The connected stores: how they are, what their platform still lets Tillgate ask, and who may use them. */
export const storesApi = new Hono<ApiEnv>().get('/', seat('member'), async (c) => c.json(await stores(c.var.visit)))

async function stores({ tx, world, person }: ApiVisit) {
  await counted({ world, person })
  const now = world.clock()
  const connected = await listStoresIn(tx)
  const grants = await countGrants(tx, 'store')
  const health = storeHealth(connected, await storeCounts(tx, { from: new Date(now - DAY_MS) }))
  const lines = health.map((line, index) => ({
    ...line,
    origin: visibleText(connected[index]?.origin ?? '', 300),
    disconnectedAt: connected[index]?.disconnectedAt ?? null,
    /** As the platform said with its last answer to this replica; null before one. */
    budget: world.budgetOf(connected[index]?.storeId ?? '') ?? null,
    agents: grants.get(line.handle) ?? 0,
  }))
  return { now, stores: lines }
}
