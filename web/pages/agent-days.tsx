import { useMemo } from 'react'
import type { Agent } from '../data/queries.ts'
import { count } from '../ui/ago.tsx'
import { Chart } from '../ui/chart.tsx'

/** Calls of an agent over 30 days. */
export function AgentDays({ agent: { days, calls, refusals } }: { readonly agent: Agent }) {
  const times = useMemo(() => days.map(({ at }) => at), [days])
  const series = useMemo(
    () => [
      { name: 'answered', colour: '--act', values: days.map(({ ok }) => ok) },
      { name: 'refused or failed', colour: '--red', values: days.map(({ refused }) => refused) },
    ],
    [days],
  )
  const sentence = `${count(calls)} calls in 30 days, ${count(refusals)} of them refused or failed.`
  if (calls === 0) return <p className="text-muted text-sm">It has made no call within 30 days.</p>
  return (
    <div>
      <p className="mb-1 text-sm">{sentence}</p>
      <Chart times={times} series={series} kind="stack" height={110} label={sentence} />
    </div>
  )
}
