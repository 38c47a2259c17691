import { Badge } from './badge.tsx'
import { type Column, List } from './list.tsx'

export type Difference = {
  readonly what: string
  readonly before: string
  readonly after: string
  readonly widens: boolean
}

const COLUMNS: readonly Column<Difference>[] = [
  { head: 'What', cell: ({ what }) => what },
  { head: 'Before', cell: ({ before }) => before || '–' },
  { head: 'After', cell: ({ after }) => after || '–' },
  {
    head: 'Effect',
    cell: ({ widens }) => <Badge tone={widens ? 'needs-you' : 'plain'}>{widens ? 'widens' : 'narrows'}</Badge>,
  },
]

/** What a change of a role means, line by line; whether a line gives or takes is said in a word. */
export function Differences({ differences }: { readonly differences: readonly Difference[] }) {
  return (
    <List
      caption="Differences"
      columns={COLUMNS}
      rows={differences}
      rowKey={({ what, before, after }) => `${what} ${before} ${after}`}
    />
  )
}
