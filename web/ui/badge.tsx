import type { ReactNode } from 'react'

export type Tone = 'plain' | 'good' | 'needs-you' | 'stopped' | 'act'

const TONES: Readonly<Record<Tone, string>> = {
  plain: 'border-line bg-sunken text-muted',
  good: 'border-green-line bg-green-ground text-green',
  'needs-you': 'border-amber-line bg-amber-ground text-amber',
  stopped: 'border-red-line bg-red-ground text-red',
  act: 'border-transparent bg-tint text-act',
}

/** A word about a state. The word says it; the colour only helps. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={`inline-block whitespace-nowrap rounded border px-1.5 text-xs leading-5 font-medium ${TONES[tone]}`}
    >
      {children}
    </span>
  )
}

/** LIVE or TEST, as words. */
export function ModeBadge({ mode }: { readonly mode: string }) {
  return <Badge tone={mode === 'live' ? 'act' : 'plain'}>{mode.toUpperCase()}</Badge>
}
