import { Link } from '@tanstack/react-router'
import {
  Activity,
  Bot,
  ChevronsUpDown,
  LayoutDashboard,
  LogOut,
  ScrollText,
  Settings,
  ShieldCheck,
  Store,
  User,
  Users,
} from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Self } from './data/queries.ts'

const ITEM =
  'flex shrink-0 items-center gap-2.5 whitespace-nowrap rounded-md px-2.5 py-1.5 text-ink no-underline hover:bg-sunken'
const HERE = 'bg-tint text-act font-semibold'

/** The pages of a workspace: beside the page where there is room, else above it. */
export function Navigation({ self }: { readonly self: Self }) {
  return (
    <header className="border-line border-b bg-surface lg:sticky lg:top-0 lg:flex lg:h-screen lg:flex-col lg:border-r lg:border-b-0">
      <div className="flex items-center justify-between gap-2 p-3 lg:block lg:space-y-3">
        <a href="/console" className="flex items-center gap-2 px-1 font-bold text-ink no-underline">
          <img src="/console/assets/icon.svg" alt="" width="22" height="22" />
          Tillgate
        </a>
        <Workspace self={self} />
      </div>
      <Pages self={self} />
      <div className="hidden border-line border-t p-3 lg:mt-auto lg:block">
        <Corner self={self} />
      </div>
    </header>
  )
}

const PAGES = [
  { to: '/console/w/$workspace', name: 'Overview', icon: LayoutDashboard },
  { to: '/console/w/$workspace/activity', name: 'Activity', icon: Activity },
  { to: '/console/w/$workspace/agents', name: 'Agents', icon: Bot },
  { to: '/console/w/$workspace/roles', name: 'Roles', icon: ShieldCheck },
  { to: '/console/w/$workspace/stores', name: 'Stores', icon: Store },
  { to: '/console/w/$workspace/members', name: 'Members', icon: Users },
  { to: '/console/w/$workspace/audit', name: 'Audit', icon: ScrollText },
  { to: '/console/w/$workspace/settings', name: 'Settings', icon: Settings },
] as const

function Pages({ self: { workspace, may } }: { readonly self: Self }) {
  const shown = PAGES.filter(({ name }) => name !== 'Audit' || may.readAudit)
  return (
    <nav aria-label="Workspace" className="flex gap-1 overflow-x-auto px-3 pb-2 lg:flex-col lg:pb-0">
      {shown.map(({ to, name, icon: Icon }) => (
        <Link
          key={name}
          to={to}
          params={{ workspace: workspace.slug }}
          activeOptions={{ exact: name === 'Overview', includeSearch: false }}
          className={ITEM}
          activeProps={{ className: HERE }}
        >
          <Icon size={17} aria-hidden="true" /> {name}
        </Link>
      ))}
    </nav>
  )
}

const LazyMenu = lazy(() => import('./workspace-menu.tsx').then((module) => ({ default: module.WorkspaceMenu })))

const TRIGGER =
  'flex min-w-0 max-w-52 items-center justify-between gap-2 rounded-md border border-edge px-2.5 py-1.5 text-left hover:bg-sunken lg:w-full lg:max-w-none'

/** The workspace, and the way to others. What the menu is made of comes when it is first opened. */
function Workspace({ self }: { readonly self: Self }) {
  const [isAsked, setAsked] = useState(false)
  const face = (
    <>
      <span className="min-w-0">
        <span className="sr-only">Workspace: </span>
        <strong className="block truncate text-sm">{self.workspace.name}</strong>
      </span>
      <ChevronsUpDown size={15} aria-hidden="true" className="shrink-0 text-muted" />
    </>
  )
  const closed = (
    <button type="button" aria-haspopup="menu" aria-expanded="false" onClick={() => setAsked(true)} className={TRIGGER}>
      {face}
    </button>
  )
  if (!isAsked) return closed
  return (
    <Suspense fallback={closed}>
      <LazyMenu self={self} face={face} className={TRIGGER} />
    </Suspense>
  )
}

function Corner({ self: { account, csrf } }: { readonly self: Self }) {
  return (
    <div className="space-y-1 text-sm">
      <a href="/console/account" className={`${ITEM} min-w-0`}>
        <User size={16} aria-hidden="true" />
        <span className="truncate">{account.email}</span>
      </a>
      <form method="post" action="/console/sign-out">
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" className={`${ITEM} w-full`}>
          <LogOut size={16} aria-hidden="true" /> Sign out
        </button>
      </form>
    </div>
  )
}
