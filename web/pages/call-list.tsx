import { Link } from '@tanstack/react-router'
import type { CallRow } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { At, duration } from '../ui/ago.tsx'
import { Badge } from '../ui/badge.tsx'
import { type Column, List } from '../ui/list.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { Quote } from '../ui/quote.tsx'

type Props = { readonly calls: readonly CallRow[]; readonly freshAfter?: number }

/** Calls as lines; each leads to its story. */
export function CallList({ calls, freshAfter = Number.POSITIVE_INFINITY }: Props) {
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface px-2 shadow-card">
      <List
        flows
        caption="Calls, the newest first"
        columns={COLUMNS}
        rows={calls}
        rowKey={({ record }) => record}
        isFresh={({ record }) => record > freshAfter}
      />
    </div>
  )
}

const COLUMNS: readonly Column<CallRow>[] = [
  { head: 'Time', cell: (call) => <StoryLink call={call} /> },
  {
    head: 'Agent',
    cell: ({ agent }) => (agent === null ? <span className="text-muted">not known</span> : <Quote text={agent.name} />),
  },
  {
    head: 'Tool',
    cell: ({ tool }) =>
      tool === null ? (
        <span className="text-muted">–</span>
      ) : (
        <code className="font-mono text-[0.8125rem]">{tool}</code>
      ),
  },
  {
    head: 'Store',
    cell: ({ store }) =>
      store === null ? (
        <span className="text-muted">–</span>
      ) : (
        <span className="font-mono text-[0.8125rem]">{store}</span>
      ),
  },
  { head: 'Outcome', cell: (call) => <Ending call={call} /> },
  { head: 'Took', cell: ({ ms }) => duration(ms), className: 'whitespace-nowrap tabular-nums md:text-right' },
]

/** The link covers its whole line. */
function StoryLink({ call: { at, record } }: { readonly call: CallRow }) {
  const workspace = useSlug()
  return (
    <Link
      data-line
      to="/console/w/$workspace/activity/$record"
      params={{ workspace, record: `${record}` }}
      search={(search) => search}
      className="text-act no-underline after:absolute after:inset-0"
    >
      <At at={at} /> <span className="sr-only">record {record}</span>
    </Link>
  )
}

function Ending({ call: { outcome, code, count, marked, tainted } }: { readonly call: CallRow }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <Outcome outcome={outcome} count={count} />
      {code === null ? null : <code className="text-xs">{code}</code>}
      {tainted || marked > 0 ? <Badge tone="needs-you">strangers’ text</Badge> : null}
    </span>
  )
}
