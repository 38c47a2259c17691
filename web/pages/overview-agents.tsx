import { Link } from '@tanstack/react-router'
import type { Overview } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { AgentState } from '../ui/agent-state.tsx'
import { Ago, count } from '../ui/ago.tsx'
import { Card } from '../ui/card.tsx'
import { Quote } from '../ui/quote.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { Empty } from '../ui/states.tsx'

/** Who is connected, those last seen first. */
export function AgentsNow({ facts: { agents } }: { readonly facts: Overview }) {
  const workspace = useSlug()
  const more = agents.total - agents.lines.length
  return (
    <Card title="Agents now">
      {agents.lines.length === 0 ? (
        <Empty title="No agent is connected">Connect one, and its first call shows here.</Empty>
      ) : null}
      <ul className="divide-y divide-line">
        {agents.lines.map(({ id, grant, name, owner, lastSeenAt, hours, state }) => (
          <li key={grant} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
            <div className="min-w-0">
              <Link
                data-line
                to="/console/w/$workspace/agents/$agent"
                params={{ workspace, agent: id }}
                className="text-act"
              >
                <Quote text={name} />
              </Link>
              <p className="text-muted text-sm">
                {owner ?? 'machine'},{' '}
                {lastSeenAt === null ? (
                  'has not called yet'
                ) : (
                  <>
                    seen <Ago at={lastSeenAt} />
                  </>
                )}
              </p>
            </div>
            <div className="flex items-center gap-3">
              {state === 'live' ? null : <AgentState state={state} />}
              <Sparkline
                counts={hours}
                label={`${count(hours.reduce((sum, each) => sum + each, 0))} calls in 24 hours`}
              />
            </div>
          </li>
        ))}
      </ul>
      {more > 0 ? (
        <p className="mt-2 text-sm">
          <Link to="/console/w/$workspace/agents" params={{ workspace }} className="text-act">
            {count(more)} more
          </Link>
        </p>
      ) : null}
    </Card>
  )
}
