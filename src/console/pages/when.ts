import { html } from 'hono/html'
import type { Html } from './layout.ts'

// Nothing longer: `in 90 days` says more than `in 2 months`.
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** A time as people say it, with the exact one on hover. */
export function when(time: Date, now: number): Html {
  return html`<time datetime="${time.toISOString()}" title="${exact(time)}">${relative(time, now)}</time>`
}

/** `5 minutes ago`, `in 3 days`, `just now`. */
export function relative(time: Date, now: number): string {
  const seconds = (time.getTime() - now) / 1000
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? []
  if (unit === undefined || size === undefined) return seconds > 0 ? 'in less than a minute' : 'just now'
  // What was chosen as 90 days must not read as 89 a moment later; what is past is not older than it is.
  return words.format(seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size), unit)
}

/** `2026-11-25 09:49 UTC`. */
export function exact(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
