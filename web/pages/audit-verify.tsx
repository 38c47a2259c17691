import { useEffect, useState } from 'react'
import { useSlug } from '../data/use-workspace.ts'
import { count } from '../ui/ago.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'

type Report = {
  readonly records: number
  readonly heads: number
  readonly bodies: { readonly present: number; readonly erased: number; readonly none: number }
  readonly problems: readonly string[]
  readonly problemsLeftOut: number
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly records: number; readonly of: number }
  | { readonly kind: 'done'; readonly report: Report }
  | { readonly kind: 'failed'; readonly message: string }

/** Checks every record now: its place in the chain, its hash, and the heads that were signed outside the database. */
export function Verify() {
  const slug = useSlug()
  const [state, setState] = useState<State>({ kind: 'idle' })
  const isRunning = state.kind === 'running'
  useEffect(() => (isRunning ? verifying(slug, setState) : undefined), [slug, isRunning])
  return (
    <Card title="Is everything where and what it was?">
      <p className="mb-3 max-w-prose text-muted">
        Each record holds the hash of the one before it. The end of the chain is signed every minute into a file outside
        the database. Checking reads all of it.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button look="act" isRunning={isRunning} onClick={() => setState({ kind: 'running', records: 0, of: 0 })}>
          Verify now
        </Button>
        <div role="status">
          <Words state={state} />
        </div>
      </div>
      {state.kind === 'done' && state.report.problems.length > 0 ? <Problems report={state.report} /> : null}
    </Card>
  )
}

function verifying(slug: string, setState: (state: State) => void): () => void {
  const source = new EventSource(`/api/w/${encodeURIComponent(slug)}/audit/verify`)
  const end = (state: State) => {
    source.close()
    setState(state)
  }
  source.addEventListener('progress', ({ data }) => setState({ kind: 'running', ...JSON.parse(data) }))
  source.addEventListener('report', ({ data }) => end({ kind: 'done', report: JSON.parse(data) }))
  source.addEventListener('busy', () =>
    end({ kind: 'failed', message: 'Somebody else is checking just now; try again when that is done.' }),
  )
  source.addEventListener('failed', ({ data }) => end({ kind: 'failed', message: JSON.parse(data).message }))
  // It must not begin anew by itself: it reads everything.
  source.addEventListener('error', () =>
    end({ kind: 'failed', message: 'The connection was lost before the end; try again.' }),
  )
  return () => source.close()
}

function Words({ state }: { readonly state: State }) {
  if (state.kind === 'idle') return null
  if (state.kind === 'failed') return <span className="text-red">{state.message}</span>
  if (state.kind === 'running') {
    return (
      <span className="flex items-center gap-2">
        <progress value={state.records} max={Math.max(1, state.of)} aria-label="Records checked" />
        {count(state.records)} of {count(state.of)}
      </span>
    )
  }
  const { records, heads, bodies, problems } = state.report
  if (problems.length > 0) return <strong className="text-red">The records were tampered with.</strong>
  return (
    <span className="text-green">
      Every record is where and what it was: {count(records)} records, {count(heads)} signed heads
      {bodies.erased === 0 ? '' : `, ${count(bodies.erased)} sealed parts erased`}.
    </span>
  )
}

function Problems({ report: { problems, problemsLeftOut } }: { readonly report: Report }) {
  return (
    <div className="mt-3 rounded-md border border-red-line bg-red-ground p-3 text-red">
      <ul className="list-disc space-y-1 pl-5">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      {problemsLeftOut > 0 ? <p className="mt-2">{count(problemsLeftOut)} more.</p> : null}
    </div>
  )
}
