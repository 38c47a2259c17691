import { at, type Random } from './random.ts'

const DAY_MS = 86_400_000
const DAYS = 400

/** How much of an ordinary day's trade falls on each weekday, Sunday first. */
const WEEKDAY = [1.25, 1.1, 0.95, 0.9, 0.95, 0.9, 1.05]
/** The same for each month, January first: quiet after the holidays, busy before them. */
const MONTH = [0.8, 0.8, 0.9, 1, 1.05, 1, 0.9, 0.85, 0.95, 1.05, 1.5, 1.6]
/** And for each hour of the day in UTC. */
const HOUR = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 11, 9, 8, 8, 9, 10, 12, 14, 14, 11, 7, 4]

/** The instants of `count` orders in the 400 days before `until` (ms, UTC midnight), ascending, in whole seconds. */
export function orderTimes(random: Random, until: number, count: number): number[] {
  const days = Array.from({ length: DAYS }, (_, index) => until - (DAYS - index) * DAY_MS)
  const dayOf = quantiles(days.map(weight))
  const hourOf = quantiles(HOUR)
  return Array.from({ length: count }, (_, index) => {
    const day = dayOf((index + random.next()) / count)
    const hour = hourOf(day.rest)
    const ms = (hour.index + hour.rest) * 3_600_000
    return at(days, day.index) + Math.floor(ms / 1000) * 1000
  })
}

/** The shop grows by half over the time shown. */
function weight(day: number, index: number): number {
  const date = new Date(day)
  return at(WEEKDAY, date.getUTCDay()) * at(MONTH, date.getUTCMonth()) * (1 + (0.5 * index) / DAYS)
}

/** Turns a share of the whole (0 to 1) into the slot that it falls in and how far into that slot it lies. */
function quantiles(weights: number[]): (share: number) => { index: number; rest: number } {
  const ends: number[] = []
  let sum = 0
  for (const each of weights) {
    sum += each
    ends.push(sum)
  }
  return (share) => {
    const target = share * sum
    const index = Math.max(
      0,
      ends.findIndex((end) => end > target),
    )
    const start = index === 0 ? 0 : at(ends, index - 1)
    return { index, rest: (target - start) / at(weights, index) }
  }
}
