import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Self, selfQuery } from './data/queries.ts'
import { useSlug } from './data/use-workspace.ts'
import { FrozenBanner } from './frozen.tsx'
import { Navigation } from './navigation.tsx'
import { ClockProvider } from './ui/clock.tsx'
import { focusSearch, KeyHelp, moveLine, useKeys } from './ui/keys.tsx'
import { NoticeProvider } from './ui/notice.tsx'
import { Trouble, Waiting } from './ui/states.tsx'

/** What every page of a workspace stands in. */
export function Frame() {
  const slug = useSlug()
  const { data, error, refetch } = useQuery(selfQuery(slug))
  if (error) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <Trouble error={error} retry={() => void refetch()} />
      </main>
    )
  }
  if (!data) return <Waiting what="the workspace" />
  return (
    <ClockProvider skewMs={data.clockSkewMs}>
      <NoticeProvider>
        <Framed self={data} />
      </NoticeProvider>
    </ClockProvider>
  )
}

function Framed({ self }: { readonly self: Self }) {
  const [showsKeys, setShowsKeys] = useState(false)
  useFrameKeys(() => setShowsKeys(true))
  return (
    <div className="min-h-screen lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-surface focus:p-2">
        Skip to content
      </a>
      <Navigation self={self} />
      <div className="min-w-0">
        <FrozenBanner self={self} />
        <main id="main" className="mx-auto max-w-[90rem] p-4 lg:p-6">
          <Outlet />
        </main>
      </div>
      {showsKeys ? <KeyHelp onClose={() => setShowsKeys(false)} /> : null}
    </div>
  )
}

function useFrameKeys(help: () => void): void {
  const { workspace = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const go = (to: '/console/w/$workspace' | '/console/w/$workspace/activity' | '/console/w/$workspace/agents') => () =>
    void navigate({ to, params: { workspace } })
  useKeys({
    '?': help,
    '/': focusSearch,
    j: () => moveLine(1),
    k: () => moveLine(-1),
    'g o': go('/console/w/$workspace'),
    'g a': go('/console/w/$workspace/activity'),
    'g i': go('/console/w/$workspace/agents'),
  })
}
