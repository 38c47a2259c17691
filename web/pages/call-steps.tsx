import { Check, Minus, X } from 'lucide-react'
import type { Story } from '../data/queries.ts'
import { duration } from '../ui/ago.tsx'

type Step = Story['steps'][number]

/** The way of the call, step by step, with the one that said no. */
export function CallSteps({ story: { steps } }: { readonly story: Story }) {
  return (
    <ol aria-label="The steps of the call" className="border-line border-l-2 pl-0">
      {steps.map((step) => (
        <li key={step.name} className="-ml-[9px] flex items-start gap-2 py-1">
          <Mark state={step.state} />
          <div className={`min-w-0 flex-1 ${step.state === 'not_reached' ? 'text-muted' : ''}`}>
            <span className="flex justify-between gap-2">
              <strong className={step.state === 'stopped' ? 'text-red' : ''}>{step.name}</strong>
              <span className="text-muted text-sm tabular-nums">{WORDS[step.state] ?? duration(step.ms)}</span>
            </span>
            <span className="block text-sm">{step.asks}</span>
          </div>
        </li>
      ))}
    </ol>
  )
}

const WORDS: Partial<Record<Step['state'], string>> = { stopped: 'said no', not_reached: 'not reached' }

function Mark({ state }: { readonly state: Step['state'] }) {
  const look = 'mt-1 inline-flex size-4 shrink-0 items-center justify-center rounded-full border'
  if (state === 'passed') {
    return (
      <span className={`${look} border-green-line bg-green-ground text-green`}>
        <Check size={11} aria-label="passed" />
      </span>
    )
  }
  if (state === 'stopped') {
    return (
      <span className={`${look} border-red-line bg-red-ground text-red`}>
        <X size={11} aria-label="stopped here" />
      </span>
    )
  }
  return (
    <span className={`${look} border-line bg-surface text-muted`}>
      <Minus size={11} aria-label="not reached" />
    </span>
  )
}
