import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { type Overview as Facts, overviewQuery, type Range } from '../data/queries.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { PageHead } from '../ui/card.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { AgentsNow } from './overview-agents.tsx'
import { CallsOverTime } from './overview-calls.tsx'
import { FirstSteps } from './overview-first-steps.tsx'
import { RefusedMost } from './overview-refused.tsx'
import { StoresNow } from './overview-stores.tsx'

/** What are these agents doing in my shop? */
export function Overview() {
  const slug = useSlug()
  const { range = '24h' } = useSearch({ from: '/console/w/$workspace/' })
  const { data, error, refetch } = useQuery(overviewQuery(slug, range))
  return (
    <>
      <PageHead title="Overview">
        <Ranges range={range} />
      </PageHead>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Parts facts={data} /> : error ? null : <Waiting what="the last calls" />}
    </>
  )
}

function Parts({ facts }: { readonly facts: Facts }) {
  const self = useSelf()
  return (
    <div className="space-y-4">
      {facts.isCounted ? null : (
        <p role="status" className="text-muted">
          Older records are still being counted; the numbers grow until that is done.
        </p>
      )}
      {facts.isNew ? <FirstSteps self={self} stores={facts.stores.length} /> : null}
      <CallsOverTime facts={facts} />
      <div className="grid gap-4 xl:grid-cols-2">
        <AgentsNow facts={facts} />
        <RefusedMost facts={facts} />
      </div>
      <StoresNow facts={facts} />
    </div>
  )
}

const RANGES: readonly (readonly [Range, string])[] = [
  ['1h', 'Last hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
]

function Ranges({ range }: { readonly range: Range }) {
  return (
    <nav aria-label="How far back" className="flex rounded-md border border-edge p-0.5 text-sm">
      {RANGES.map(([each, words]) => (
        <Link
          key={each}
          from="/console/w/$workspace/"
          search={each === '24h' ? {} : { range: each }}
          aria-current={each === range ? 'true' : undefined}
          className={`rounded px-2.5 py-1 no-underline ${each === range ? 'bg-tint font-semibold text-act' : 'text-ink hover:bg-sunken'}`}
        >
          {words}
        </Link>
      ))}
    </nav>
  )
}
