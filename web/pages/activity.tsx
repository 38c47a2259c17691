import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useMatches, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useLive } from '../data/live.ts'
import { type CallFilter, type CallPage, callsQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { buttonLook } from '../ui/button.tsx'
import { PageHead } from '../ui/card.tsx'
import { ListWithPanel } from '../ui/panel.tsx'
import { Empty, Trouble, Waiting } from '../ui/states.tsx'
import { ActivityFilters } from './activity-filters.tsx'
import { LiveState } from './activity-live.tsx'
import { CallList } from './call-list.tsx'

/** What agents did, as it happens and as far back as the records go; one call's story beside it. */
export function Activity() {
  const isOpen = useMatches().some(({ routeId }) => routeId === '/console/w/$workspace/activity/$record')
  return <ListWithPanel list={<Calls />} panel={isOpen ? <Outlet /> : undefined} />
}

function Calls() {
  const slug = useSlug()
  const { before, paused = false, ...filter } = useSearch({ from: '/console/w/$workspace/activity' })
  const { data, error, refetch } = useQuery({
    ...callsQuery(slug, { filter, before }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <PageHead title="Activity">
        <ActivityFilters filter={filter} />
      </PageHead>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? (
        <Lines page={data} filter={filter} isLive={before === undefined && !paused} before={before} />
      ) : error ? null : (
        <Waiting what="calls" />
      )}
    </>
  )
}

type Props = {
  readonly page: CallPage
  readonly filter: CallFilter
  readonly isLive: boolean
  readonly before: number | undefined
}

function Lines({ page, filter, isLive, before }: Props) {
  const [openedAt] = useState(page.head)
  const live = useLive(useSlug(), filter, isLive ? page.head : undefined)
  const known = new Set(live.calls.map(({ record }) => record))
  const calls = [...live.calls, ...page.calls.filter(({ record }) => !known.has(record))]
  return (
    <>
      <LiveState live={live} isLive={isLive} isBack={before !== undefined} />
      {calls.length === 0 ? <Nothing filter={filter} page={page} /> : <CallList calls={calls} freshAfter={openedAt} />}
      <Older next={page.next} isShort={calls.length === 0} />
    </>
  )
}

function Nothing({ filter, page }: { readonly filter: CallFilter; readonly page: CallPage }) {
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  if (page.next !== null)
    return <Empty title="Nothing among the newest records">Older ones were not looked at yet.</Empty>
  return isFiltered ? (
    <Empty title="No call matches">Take a filter away, or wait: matching calls show here as they happen.</Empty>
  ) : (
    <Empty title="No agent has called yet">
      The first call shows here as it happens. Nothing needs to be reloaded.
    </Empty>
  )
}

function Older({ next, isShort }: { readonly next: number | null; readonly isShort: boolean }) {
  const navigate = useNavigate({ from: '/console/w/$workspace/activity' })
  const { before } = useSearch({ from: '/console/w/$workspace/activity' })
  return (
    <nav aria-label="Pages" className="mt-3 flex justify-between gap-2">
      {before === undefined ? (
        <span />
      ) : (
        <button
          type="button"
          className={buttonLook()}
          onClick={() => void navigate({ search: ({ before: _, ...rest }) => rest })}
        >
          Newest
        </button>
      )}
      {next === null ? null : (
        <Link
          from="/console/w/$workspace/activity"
          to="."
          search={(search) => ({ ...search, before: next })}
          className={buttonLook()}
        >
          {isShort ? 'Look further back' : 'Older'}
        </Link>
      )}
    </nav>
  )
}
