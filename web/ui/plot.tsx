import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'

export type Series = {
  readonly name: string
  /** The name of a colour variable, e.g. `--act`. */
  readonly colour: string
  readonly values: readonly (number | null)[]
}

type Props = {
  /** Milliseconds since the epoch. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
  /** `stack`: bars upon each other, the first at the foot; `lines`. */
  readonly kind: 'stack' | 'lines'
  readonly height: number
  /** What the chart says, for those who do not see it. */
  readonly label: string
  readonly unit?: string
}

/** A chart over time by uPlot, drawn anew when its numbers, its width or the colours of the page change. */
export function Plot({ times, series, kind, height, label, unit = '' }: Props) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const drawing = { times, series, kind, height, unit }
    let plot = draw(element, drawing)
    const redraw = () => {
      plot.destroy()
      plot = draw(element, drawing)
    }
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', redraw)
      plot.destroy()
    }
  }, [times, series, kind, height, unit])
  return (
    <div ref={place} role="img" aria-label={label} className="w-full overflow-hidden" style={{ minHeight: height }} />
  )
}

type Drawing = Required<Omit<Props, 'label'>>

function draw(element: HTMLElement, { times, series, kind, height, unit }: Drawing): UPlot {
  const styles = getComputedStyle(document.documentElement)
  const colour = (name: string) => styles.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  }
  const drawn = kind === 'stack' ? stacked(series) : series
  const step = (times[1] ?? 0) - (times[0] ?? 0)
  const data: UPlot.AlignedData = [times.map((time) => time / 1000), ...drawn.map(({ values }) => [...values])]
  const options: UPlot.Options = {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 10, 0, 0],
    axes: [
      { ...axis, space: 60, values: (_, splits) => splits.map((at, index) => timeWords(at * 1000, splits[index - 1])) },
      { ...axis, size: 46, space: 30, values: (_, splits) => splits.map((value) => short(value, unit)) },
    ],
    scales: {
      x: { range: () => [(times[0] ?? 0) / 1000, ((times.at(-1) ?? 0) + step) / 1000] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.08, kind === 'stack' ? 4 : 1)] },
    },
    series: [{}, ...drawn.map(({ colour: name }) => look(kind, colour(name)))],
  }
  return new UPlot(options, data, element)
}

/** uPlot draws one series over the other: the whole first, what is at the foot last. */
function stacked(series: readonly Series[]): Series[] {
  const sums = series.map((each, index) => ({
    ...each,
    values: each.values.map((_, at) =>
      series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
    ),
  }))
  return sums.reverse()
}

function look(kind: Props['kind'], stroke: string): UPlot.Series {
  if (kind === 'lines') return { stroke, width: 1.75, points: { show: false }, spanGaps: false }
  const bars = UPlot.paths.bars?.({ size: [0.8, 40], align: 1 })
  return { fill: stroke, stroke, width: 0, points: { show: false }, ...(bars && { paths: bars }) }
}

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const DAY_MS = 86_400_000

/** The hour, or the day where marks are a day apart or a new day begins. */
function timeWords(at: number, before: number | undefined): string {
  const isDaily = before !== undefined && at - before * 1000 >= DAY_MS
  return isDaily || hour.format(at) === '00:00' ? day.format(at) : hour.format(at)
}

function short(value: number, unit: string): string {
  const text = value >= 1_000_000 ? `${value / 1_000_000}M` : value >= 1_000 ? `${value / 1_000}k` : `${value}`
  return unit === '' ? text : `${text} ${unit}`
}
