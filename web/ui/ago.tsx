import { useNow } from './clock.tsx'

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const exactly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

type Instant = string | number

/** A time as people say it, with the exact one on hover. */
export function Ago({ at }: { readonly at: Instant | null }) {
  const now = useNow()
  if (at === null) return <span className="text-muted">never</span>
  const time = new Date(at)
  return (
    <time dateTime={time.toISOString()} title={exactly.format(time)} className="whitespace-nowrap">
      {relative(time.getTime(), now)}
    </time>
  )
}

/** The time of day of something that happened, with the day where that was not today; the whole date on hover. */
export function At({ at }: { readonly at: Instant }) {
  const now = useNow()
  const time = new Date(at)
  const isToday = time.toDateString() === new Date(now).toDateString()
  return (
    <time dateTime={time.toISOString()} title={exactly.format(time)} className="whitespace-nowrap tabular-nums">
      {isToday ? '' : `${day.format(time)} `}
      {clock.format(time)}
    </time>
  )
}

/** `5 minutes ago`, `in 3 days`, `just now`; never `in the future` for what a clock that runs ahead has written. */
function relative(time: number, now: number): string {
  const seconds = (time - now) / 1000
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? []
  if (unit === undefined || size === undefined) return seconds > 30 ? 'in less than a minute' : 'just now'
  return words.format(seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size), unit)
}

/** Milliseconds as people read them. */
export function duration(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 0.05) return '< 0.1 ms'
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`
}

const plain = new Intl.NumberFormat('en')
export const count = (number: number) => plain.format(number)
