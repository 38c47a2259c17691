import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import type { AuditFilter } from './data/manage.ts'
import type { AgentFilter, CallFilter, Range } from './data/queries.ts'
import { Frame } from './frame.tsx'
import { NotHere } from './pages/not-here.tsx'

type Search = Readonly<Record<string, unknown>>

const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined)
const oneOf = <T extends string>(value: unknown, words: readonly T[]) => words.find((each) => each === value)
/** What an address says, without what it does not say. */
const given = <T extends object>(search: T) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Given<T>

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

const root = createRootRoute({ notFoundComponent: NotHere })

const workspace = createRoute({ getParentRoute: () => root, path: '/console/w/$workspace', component: Frame })

const overview = createRoute({
  getParentRoute: () => workspace,
  path: '/',
  validateSearch: (search: Search) => given({ range: oneOf<Range>(search.range, ['1h', '24h', '7d']) }),
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'Overview'),
})

const activity = createRoute({
  getParentRoute: () => workspace,
  path: '/activity',
  validateSearch: (search: Search) =>
    given({
      agent: word(search.agent),
      tool: word(search.tool),
      store: word(search.store),
      outcome: oneOf<NonNullable<CallFilter['outcome']>>(search.outcome, ['ok', 'refused', 'failed', 'not_ok']),
      before: Number.isSafeInteger(search.before) ? Number(search.before) : undefined,
      paused: search.paused === true ? true : undefined,
    }),
  component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'Activity'),
})

const story = createRoute({
  getParentRoute: () => activity,
  path: '/$record',
  component: lazyRouteComponent(() => import('./pages/story.tsx'), 'StoryPanel'),
})

const agents = createRoute({
  getParentRoute: () => workspace,
  path: '/agents',
  validateSearch: (search: Search) =>
    given({
      text: word(search.text),
      state: oneOf<NonNullable<AgentFilter['state']>>(search.state, ['live', 'ended', 'stopped']),
      page: Number.isSafeInteger(search.page) && Number(search.page) > 1 ? Number(search.page) : undefined,
    }),
  component: lazyRouteComponent(() => import('./pages/agents.tsx'), 'Agents'),
})

const connect = createRoute({
  getParentRoute: () => workspace,
  path: '/connect',
  validateSearch: (search: Search) => given({ client: word(search.client) }),
  component: lazyRouteComponent(() => import('./pages/connect.tsx'), 'Connect'),
})

const roles = createRoute({
  getParentRoute: () => workspace,
  path: '/roles',
  component: lazyRouteComponent(() => import('./pages/roles.tsx'), 'Roles'),
})

const newRole = createRoute({
  getParentRoute: () => workspace,
  path: '/roles/new',
  validateSearch: (search: Search) => given({ from: word(search.from) }),
  component: lazyRouteComponent(() => import('./pages/role-new.tsx'), 'NewRole'),
})

const editRole = createRoute({
  getParentRoute: () => workspace,
  path: '/roles/$role/edit',
  component: lazyRouteComponent(() => import('./pages/role-edit.tsx'), 'EditRole'),
})

const role = createRoute({
  getParentRoute: () => roles,
  path: '/$role',
  component: lazyRouteComponent(() => import('./pages/role.tsx'), 'RolePanel'),
})

const stores = createRoute({
  getParentRoute: () => workspace,
  path: '/stores',
  component: lazyRouteComponent(() => import('./pages/stores.tsx'), 'Stores'),
})

const members = createRoute({
  getParentRoute: () => workspace,
  path: '/members',
  component: lazyRouteComponent(() => import('./pages/members.tsx'), 'Members'),
})

const settings = createRoute({
  getParentRoute: () => workspace,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
})

const audit = createRoute({
  getParentRoute: () => workspace,
  path: '/audit',
  validateSearch: (search: Search) =>
    given({
      kind: oneOf<NonNullable<AuditFilter['kind']>>(search.kind, ['call', 'refusal', 'admin']),
      action: word(search.action),
      account: word(search.account),
      agent: word(search.agent),
      from: word(search.from),
      to: word(search.to),
      before: Number.isSafeInteger(search.before) ? Number(search.before) : undefined,
    }),
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'Audit'),
})

const agent = createRoute({
  getParentRoute: () => agents,
  path: '/$agent',
  component: lazyRouteComponent(() => import('./pages/agent.tsx'), 'AgentPanel'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    workspace.addChildren([
      overview,
      activity.addChildren([story]),
      agents.addChildren([agent]),
      connect,
      roles.addChildren([role]),
      newRole,
      editRole,
      stores,
      members,
      settings,
      audit,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultNotFoundComponent: NotHere,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
