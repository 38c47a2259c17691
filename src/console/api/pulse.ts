import { bucketMs, type PulseCell } from '#audit'

/** How far back the chart of calls reaches. */
export const RANGES = ['1h', '24h', '7d'] as const
export type Range = (typeof RANGES)[number]

const MINUTE_MS = 60_000

const STRETCHES: Readonly<Record<Range, { ms: number; binMs: number }>> = {
  '1h': { ms: 60 * MINUTE_MS, binMs: MINUTE_MS },
  '24h': { ms: 24 * 60 * MINUTE_MS, binMs: 15 * MINUTE_MS },
  '7d': { ms: 7 * 24 * 60 * MINUTE_MS, binMs: 2 * 60 * MINUTE_MS },
}

/** A stretch of time in equal bins, in milliseconds since the epoch; `to` is the beginning of the last one. */
export type Stretch = { readonly from: number; readonly to: number; readonly binMs: number }

export function stretchOf(range: Range, now: number): Stretch {
  const { ms, binMs } = STRETCHES[range]
  const to = Math.floor(now / binMs) * binMs
  return { from: to - ms + binMs, to, binMs }
}

export type Bin = {
  readonly at: number
  readonly ok: number
  readonly refused: number
  readonly failed: number
  /** Milliseconds that half, and 95 of 100, of the calls took at most; null without calls. Steps of a factor 1.41. */
  readonly p50: number | null
  readonly p95: number | null
}

/** Every bin of the stretch in order, the empty ones too. */
export function binsOf(cells: readonly PulseCell[], { from, to, binMs }: Stretch): Bin[] {
  const byBin = grouped(cells)
  const bins: Bin[] = []
  for (let at = from; at <= to; at += binMs) bins.push(binOf(at, byBin.get(at) ?? []))
  return bins
}

function grouped(cells: readonly PulseCell[]): Map<number, PulseCell[]> {
  const byBin = new Map<number, PulseCell[]>()
  for (const cell of cells) {
    const group = byBin.get(cell.bin)
    if (group) group.push(cell)
    else byBin.set(cell.bin, [cell])
  }
  return byBin
}

function binOf(at: number, cells: readonly PulseCell[]): Bin {
  const of = (outcome: string) => sum(cells.filter((cell) => cell.outcome === outcome))
  return {
    at,
    ok: of('ok'),
    refused: of('refused'),
    failed: of('failed'),
    p50: quantile(cells, 0.5),
    p95: quantile(cells, 0.95),
  }
}

/** The upper end of the bucket in which the quantile of the answered calls lies. */
function quantile(cells: readonly PulseCell[], share: number): number | null {
  const answered = cells.filter(({ outcome }) => outcome === 'ok').sort((a, b) => a.bucket - b.bucket)
  let left = sum(answered) * share
  for (const { bucket, calls } of answered) {
    left -= calls
    if (left <= 0) return Math.round(bucketMs(bucket) * 10) / 10
  }
  return null
}

const sum = (cells: readonly PulseCell[]) => cells.reduce((total, { calls }) => total + calls, 0)
