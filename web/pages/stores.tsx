import { useQuery } from '@tanstack/react-query'
import { type Stores as Facts, storesQuery } from '../data/manage.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Ago, count, duration } from '../ui/ago.tsx'
import { ModeBadge } from '../ui/badge.tsx'
import { Card, Facts as FactList, PageHead } from '../ui/card.tsx'
import { Quote } from '../ui/quote.tsx'
import { Empty, Trouble, Waiting } from '../ui/states.tsx'
import { HealthBadge } from '../ui/store-health.tsx'

/** The connected stores: how they are, and what their platform still lets be asked. */
export function Stores() {
  const { data, error, refetch } = useQuery(storesQuery(useSlug()))
  return (
    <>
      <PageHead title="Stores" />
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Lines stores={data.stores} /> : error ? null : <Waiting what="the stores" />}
    </>
  )
}

type Store = Facts['stores'][number]

function Lines({ stores }: { readonly stores: readonly Store[] }) {
  if (stores.length === 0) {
    return (
      <Empty title="No store is connected">
        On the host: <code>tillgate store add</code>. Its credential is sealed there and never shown again.
      </Empty>
    )
  }
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {stores.map((store) => (
        <Card key={store.handle} title={store.handle} aside={<ModeBadge mode={store.mode} />}>
          <p className="mb-2 flex flex-wrap items-center gap-2">
            <HealthBadge health={store.health} />
            <Quote text={store.name} />
            {store.worst === null ? null : <code className="text-xs">{store.worst}</code>}
          </p>
          <Budget budget={store.budget} />
          <FactList facts={facts(store)} />
        </Card>
      ))}
    </div>
  )
}

function facts(store: Store) {
  const lines: (readonly [string, React.ReactNode])[] = [
    ['Platform', `${store.platform}, ${store.currency}`],
    [
      'Address',
      <span key="origin" className="break-all font-mono text-[0.8125rem]">
        {store.origin}
      </span>,
    ],
    ['Agents', `${count(store.agents)} may use it`],
    [
      'Last day',
      `${count(store.calls)} calls, ${count(store.troubles)} with trouble of the store, ${duration(store.meanMs)} in the mean`,
    ],
    [
      'Credential',
      <>
        sealed <Ago at={store.connectedAt} />
      </>,
    ],
  ]
  if (store.disconnectedAt !== null) lines.push(['Disconnected', <Ago key="gone" at={store.disconnectedAt} />])
  return lines
}

/** How much the platform still lets be asked, as a bar and in words. */
function Budget({ budget }: { readonly budget: Store['budget'] }) {
  if (budget === null)
    return (
      <p className="mb-2 text-muted text-sm">How much its platform still lets be asked is known after the next call.</p>
    )
  const share = Math.round((budget.left / budget.of) * 100)
  return (
    <div className="mb-2">
      <p className="text-sm">
        {share} % of what its platform lets be asked was left <Ago at={budget.at} /> ({count(budget.left)} of{' '}
        {count(budget.of)} points, {count(budget.perSecond)} come back a second)
      </p>
      <div aria-hidden="true" className="mt-1 h-1.5 rounded bg-sunken">
        <div className={`h-1.5 rounded ${share < 20 ? 'bg-amber-line' : 'bg-act'}`} style={{ width: `${share}%` }} />
      </div>
    </div>
  )
}
