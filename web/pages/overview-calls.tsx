import { useMemo } from 'react'
import type { Overview } from '../data/queries.ts'
import { count, duration } from '../ui/ago.tsx'
import { Card } from '../ui/card.tsx'
import { Chart } from '../ui/chart.tsx'

const WORDS: Readonly<Record<Overview['range'], string>> = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
}

/** Calls over time by how they ended, and how long the answered ones took. */
export function CallsOverTime({ facts: { pulse, range } }: { readonly facts: Overview }) {
  const times = useMemo(() => pulse.map(({ at }) => at), [pulse])
  const calls = useMemo(
    () =>
      [
        { name: 'answered', colour: '--act', values: pulse.map(({ ok }) => ok) },
        { name: 'refused', colour: '--red', values: pulse.map(({ refused }) => refused) },
        { name: 'failed', colour: '--amber-line', values: pulse.map(({ failed }) => failed) },
      ] as const,
    [pulse],
  )
  const latency = useMemo(
    () =>
      [
        { name: 'half took at most', colour: '--act', values: pulse.map(({ p50 }) => p50) },
        { name: '95 of 100 took at most', colour: '--edge', values: pulse.map(({ p95 }) => p95) },
      ] as const,
    [pulse],
  )
  const [ok = 0, refused = 0, failed = 0] = calls.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  const slowest = Math.max(0, ...pulse.map(({ p95 }) => p95 ?? 0))
  const sentence = `In ${WORDS[range]}: ${count(ok)} calls answered, ${count(refused)} refused, ${count(failed)} failed.`
  return (
    <div className="grid gap-4 xl:grid-cols-[2fr_1fr]">
      <Card title="Calls" aside={<Legend series={calls} />}>
        <p className="mb-2">{sentence}</p>
        <Chart times={times} series={calls} kind="stack" height={190} label={sentence} />
      </Card>
      <Card title="How long they take" aside={<Legend series={latency} />}>
        <p className="mb-2">
          {slowest === 0
            ? 'No call was answered yet.'
            : `At the slowest time 95 of 100 took at most ${duration(slowest)}.`}
        </p>
        <Chart
          times={times}
          series={latency}
          kind="lines"
          height={190}
          unit="ms"
          label={`How long answered calls took in ${WORDS[range]}; at the slowest time 95 of 100 took at most ${duration(slowest)}`}
        />
      </Card>
    </div>
  )
}

type Shown = { readonly name: string; readonly colour: string }

function Legend({ series }: { readonly series: readonly Shown[] }) {
  return (
    <ul className="flex flex-wrap gap-x-3 text-muted text-xs">
      {series.map(({ name, colour }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2.5 rounded-sm" style={{ background: `var(${colour})` }} />
          {name}
        </li>
      ))}
    </ul>
  )
}
