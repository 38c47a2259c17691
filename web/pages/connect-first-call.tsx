import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useLive } from '../data/live.ts'
import { agentsQuery, type CallRow, callsQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { duration } from '../ui/ago.tsx'
import { Card } from '../ui/card.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { Quote } from '../ui/quote.tsx'

const EVERY_MS = 2_000

/** Waits for what comes after this page was opened: an agent that is connected, and its first call. */
export function FirstCall({ since }: { readonly since: number }) {
  const slug = useSlug()
  const { data: agents } = useQuery({ ...agentsQuery(slug, {}), refetchInterval: EVERY_MS })
  const { data: page } = useQuery({ ...callsQuery(slug, { filter: {} }), staleTime: Number.POSITIVE_INFINITY })
  const live = useLive(slug, {}, page?.head)
  const fresh = agents?.agents.find(({ createdAt }) => new Date(createdAt).getTime() > since)
  const call = live.calls.findLast(({ agent }) => agent !== null && (fresh === undefined || agent.id === fresh.id))
  return (
    <Card title="Its first call">
      <ol aria-live="polite" className="space-y-2">
        <Line isDone={fresh !== undefined || call !== undefined}>
          {fresh === undefined ? (
            'Waiting for an agent to be connected …'
          ) : (
            <>
              Connected: <Quote text={fresh.name} />, as {fresh.role}
            </>
          )}
        </Line>
        <Line isDone={call !== undefined}>
          {call === undefined ? 'Waiting for its first call …' : <There call={call} />}
        </Line>
      </ol>
      <p className="mt-3 text-muted text-sm">Leave this page open; nothing needs to be reloaded.</p>
    </Card>
  )
}

function Line({ isDone, children }: { readonly isDone: boolean; readonly children: React.ReactNode }) {
  return (
    <li className="flex items-start gap-2">
      <span
        aria-hidden="true"
        className={`mt-1.5 size-2.5 shrink-0 rounded-full ${isDone ? 'bg-green' : 'border border-edge motion-safe:animate-pulse'}`}
      />
      <span className="min-w-0">{children}</span>
    </li>
  )
}

function There({ call: { record, tool, agent, outcome, ms } }: { readonly call: CallRow }) {
  return (
    <>
      There it is:{' '}
      <Link
        to="/console/w/$workspace/activity/$record"
        params={{ workspace: useSlug(), record: `${record}` }}
        className="text-act underline"
      >
        <code>{tool ?? 'a call'}</code>
      </Link>{' '}
      {agent === null ? null : (
        <>
          by <Quote text={agent.name} />
        </>
      )}{' '}
      <Outcome outcome={outcome} /> in {duration(ms)}
    </>
  )
}
