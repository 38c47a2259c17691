import { Link } from '@tanstack/react-router'
import type { AgentRow } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { AgentState } from '../ui/agent-state.tsx'
import { Ago, count } from '../ui/ago.tsx'
import { type Column, List } from '../ui/list.tsx'
import { Quote } from '../ui/quote.tsx'
import { Sparkline } from '../ui/sparkline.tsx'

/** Agents as lines; each leads to its page. */
export function AgentList({ agents }: { readonly agents: readonly AgentRow[] }) {
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface px-2 shadow-card">
      <List caption="Agents, those last seen first" columns={COLUMNS} rows={agents} rowKey={({ grant }) => grant} />
    </div>
  )
}

const COLUMNS: readonly Column<AgentRow>[] = [
  { head: 'Agent', cell: (agent) => <NameLink agent={agent} /> },
  { head: 'State', cell: ({ state }) => <AgentState state={state} /> },
  { head: 'Role', cell: ({ role }) => <bdi>{role}</bdi> },
  {
    head: 'Stores',
    cell: ({ stores }) => (
      <span className="font-mono text-[0.8125rem]">{stores.length === 0 ? 'none' : stores.join(', ')}</span>
    ),
  },
  { head: 'Scopes', cell: (agent) => <ScopeUse agent={agent} /> },
  { head: 'Calls, 30 days', cell: (agent) => <Calls agent={agent} />, className: 'tabular-nums' },
  {
    head: 'Last day',
    cell: ({ hours }) => (
      <Sparkline counts={hours} label={`${count(hours.reduce((sum, each) => sum + each, 0))} calls in 24 hours`} />
    ),
  },
  { head: 'Last seen', cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
]

function NameLink({ agent: { id, name, owner } }: { readonly agent: AgentRow }) {
  return (
    <>
      <Link
        data-line
        to="/console/w/$workspace/agents/$agent"
        params={{ workspace: useSlug(), agent: id }}
        search={(search) => search}
        className="text-act no-underline after:absolute after:inset-0"
      >
        <Quote text={name} />
      </Link>
      <small className="block text-muted">{owner ?? 'machine'}</small>
    </>
  )
}

/** How much of what it may do it has done. */
function ScopeUse({ agent: { used, scopes } }: { readonly agent: AgentRow }) {
  const unused = scopes.length - used.length
  return (
    <span title={unused === 0 ? 'It has used all of them within 30 days.' : `${unused} of them never within 30 days`}>
      {used.length} of {scopes.length} used
    </span>
  )
}

function Calls({ agent: { calls, refusals } }: { readonly agent: AgentRow }) {
  return (
    <>
      {count(calls)}
      {refusals === 0 ? null : <span className="text-red"> ({count(refusals)} refused)</span>}
    </>
  )
}
