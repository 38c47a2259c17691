import { Hono } from 'hono'
import { KEY_DAYS_MAX, listRoles, listStoresIn } from '#identity'
import { describeAccess } from '#policy'
import { seat } from './seat.ts'
import type { ApiEnv } from './visit.ts'

/** What somebody needs who connects an agent: addresses, and what a machine agent can be given. */
export const connectApi = new Hono<ApiEnv>().get('/', seat('member'), async (c) => {
  const { world, person, tx } = c.var.visit
  const roles = await listRoles(tx)
  const stores = await listStoresIn(tx)
  const { protocol, hostname } = new URL(world.base)
  return c.json({
    now: world.clock(),
    /** For this workspace alone. */
    address: `${world.base}/mcp/w/${person.slug}`,
    /** Asks for the workspace first. */
    anyWorkspace: `${world.base}/mcp`,
    tokens: `${world.base}/oauth/token`,
    /** Whether an agent that runs elsewhere can reach it. */
    isPublic: protocol === 'https:' && hostname !== 'localhost',
    keyDaysMax: KEY_DAYS_MAX,
    roles: roles.map(({ name, definition }) => ({
      name,
      scopes: definition.scopes,
      ...describeAccess({ definition, scopes: definition.scopes }),
    })),
    stores: stores.filter(({ disconnectedAt }) => disconnectedAt === null).map(({ handle }) => handle),
  })
})
