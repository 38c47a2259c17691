import type { Route } from './route.ts'
import { accountRoutes } from './routes-account.ts'
import { workspaceRoutes } from './routes-workspace.ts'

/** Every page and form, in one table. What a line needs is judged before its handler runs. */
export const routes: readonly Route[] = [...accountRoutes, ...workspaceRoutes]
