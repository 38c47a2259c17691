import { Hono } from 'hono'
import { activityApi } from './activity.ts'
import { agentsApi } from './agents.ts'
import { auditApi } from './audit.ts'
import { connectApi } from './connect.ts'
import { membersApi } from './members.ts'
import { overviewApi } from './overview.ts'
import { rolesApi } from './roles.ts'
import { guardedRoutes } from './seat.ts'
import { selfApi } from './self.ts'
import { storesApi } from './stores.ts'
import type { ApiEnv } from './visit.ts'
import { workspaceApi } from './workspace.ts'

/** The HTTP API of the console's web app, below one workspace. The app imports its type and nothing else. */
export const consoleApi = new Hono<ApiEnv>()
  .basePath('/api/w/:workspace')
  .route('/self', selfApi)
  .route('/overview', overviewApi)
  .route('/activity', activityApi)
  .route('/agents', agentsApi)
  .route('/connect', connectApi)
  .route('/roles', rolesApi)
  .route('/stores', storesApi)
  .route('/members', membersApi)
  .route('/audit', auditApi)
  .route('/workspace', workspaceApi)

export type ConsoleApi = typeof consoleApi

/** Every route of the API with what it asks; loading this module fails where one asks for no seat. */
export const apiRoutes = guardedRoutes(consoleApi)
