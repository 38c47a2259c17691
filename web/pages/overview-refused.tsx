import { Link } from '@tanstack/react-router'
import type { Overview } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { count } from '../ui/ago.tsx'
import { Card } from '../ui/card.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { Quote } from '../ui/quote.tsx'
import { Empty } from '../ui/states.tsx'
import { WhyLink } from './why-link.tsx'

/** What was not answered, and why, the most frequent first. */
export function RefusedMost({ facts: { refused } }: { readonly facts: Overview }) {
  return (
    <Card title="Refused most, and why">
      {refused.length === 0 ? <Empty title="Nothing was refused">Every call in this time was answered.</Empty> : null}
      <ul className="divide-y divide-line">
        {refused.map((line) => (
          <Line key={`${line.agent?.id} ${line.tool} ${line.outcome} ${line.step} ${line.code}`} line={line} />
        ))}
      </ul>
    </Card>
  )
}

function Line({
  line: { agent, tool, outcome, calls, sentence, link },
}: {
  readonly line: Overview['refused'][number]
}) {
  const workspace = useSlug()
  const search = { outcome: 'not_ok' as const, ...(agent && { agent: agent.id }), ...(tool !== null && { tool }) }
  return (
    <li className="py-2">
      <p className="flex flex-wrap items-center gap-x-2">
        <Link
          data-line
          to="/console/w/$workspace/activity"
          params={{ workspace }}
          search={search}
          className="text-act tabular-nums"
        >
          {count(calls)} {calls === 1 ? 'call' : 'calls'}
        </Link>
        <Outcome outcome={outcome} />
        {tool === null ? null : <code className="font-mono text-[0.8125rem]">{tool}</code>}
        {agent === null ? null : (
          <span className="text-muted text-sm">
            by <Quote text={agent.name} />
          </span>
        )}
      </p>
      <p className="text-sm">
        {sentence} <WhyLink link={link} />
      </p>
    </li>
  )
}
