import { Badge, type Tone } from './badge.tsx'

const TONES: Readonly<Record<string, Tone>> = { ok: 'good', refused: 'stopped', failed: 'needs-you' }

/** How a call ended, in a word. */
export function Outcome({ outcome, count = 1 }: { readonly outcome: string; readonly count?: number }) {
  return (
    <Badge tone={TONES[outcome] ?? 'plain'}>
      {outcome}
      {count > 1 ? ` × ${count}` : ''}
    </Badge>
  )
}
