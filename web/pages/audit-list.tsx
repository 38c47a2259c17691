import { Link } from '@tanstack/react-router'
import type { AuditRow } from '../data/manage.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Ago } from '../ui/ago.tsx'
import { CopyId } from '../ui/copy.tsx'
import { type Column, List } from '../ui/list.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { Quote } from '../ui/quote.tsx'

/** Records of every kind as lines. */
export function AuditList({ records }: { readonly records: readonly AuditRow[] }) {
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface px-2 shadow-card">
      <List caption="Records, the newest first" columns={COLUMNS} rows={records} rowKey={({ record }) => record} />
    </div>
  )
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { head: 'Record', cell: ({ record }) => <span className="tabular-nums">{record}</span> },
  { head: 'When', cell: ({ at }) => <Ago at={at} /> },
  { head: 'What', cell: (row) => <What row={row} /> },
  { head: 'By', cell: (row) => <By row={row} /> },
  {
    head: 'To',
    cell: ({ subject }) =>
      subject === null ? (
        <span className="text-muted">–</span>
      ) : (
        <CopyId id={subject} label="id of what it was done to" />
      ),
  },
  { head: 'Outcome', cell: ({ outcome, count }) => <Outcome outcome={outcome} count={count} /> },
  { head: 'Hash', cell: ({ hash }) => <CopyId id={hash} label="hash" /> },
]

function What({ row: { action, tool, kind, record, code } }: { readonly row: AuditRow }) {
  const workspace = useSlug()
  if (action !== null) return <code className="font-mono text-[0.8125rem]">{action}</code>
  return (
    <Link
      data-line
      to="/console/w/$workspace/activity/$record"
      params={{ workspace, record: `${record}` }}
      className="text-act"
    >
      <code className="font-mono text-[0.8125rem]">{tool ?? code ?? kind}</code>
    </Link>
  )
}

function By({ row: { by, agent } }: { readonly row: AuditRow }) {
  if (agent !== null) return <Quote text={agent.name} />
  return <bdi>{by ?? 'Tillgate'}</bdi>
}
