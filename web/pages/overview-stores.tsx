import type { Overview } from '../data/queries.ts'
import { Ago, count, duration } from '../ui/ago.tsx'
import { ModeBadge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { List } from '../ui/list.tsx'
import { Quote } from '../ui/quote.tsx'
import { Empty } from '../ui/states.tsx'
import { HealthBadge } from '../ui/store-health.tsx'

type Store = Overview['stores'][number]

/** How the stores have answered within the last day. */
export function StoresNow({ facts: { stores } }: { readonly facts: Overview }) {
  return (
    <Card title="Stores, over the last day">
      {stores.length === 0 ? (
        <Empty title="No store is connected">
          On the host: <code>tillgate store add</code>.
        </Empty>
      ) : (
        <List caption="Stores" rows={stores} rowKey={({ handle }) => handle} columns={COLUMNS} />
      )}
    </Card>
  )
}

const COLUMNS = [
  {
    head: 'Store',
    cell: ({ handle, name, mode }: Store) => (
      <>
        <strong className="font-mono">{handle}</strong> <Quote text={name} /> <ModeBadge mode={mode} />
      </>
    ),
  },
  { head: 'Platform', cell: ({ platform }: Store) => platform },
  {
    head: 'State',
    cell: ({ health, worst }: Store) => (
      <>
        <HealthBadge health={health} />
        {worst === null ? null : <code className="ml-2 text-xs">{worst}</code>}
      </>
    ),
  },
  { head: 'Calls', cell: ({ calls }: Store) => count(calls), className: 'tabular-nums' },
  { head: 'Trouble', cell: ({ troubles }: Store) => count(troubles), className: 'tabular-nums' },
  { head: 'Mean', cell: ({ meanMs }: Store) => duration(meanMs), className: 'tabular-nums' },
  {
    head: 'Credential',
    cell: ({ connectedAt }: Store) => (
      <>
        sealed <Ago at={connectedAt} />
      </>
    ),
  },
] as const
