/** Calls a second, and how many may come at once on top. */
export type Rate = { readonly perSecond: number; readonly burst: number }

export type RateDecision =
  | { readonly kind: 'pass' /** When the bucket is empty again, ms. */; readonly due: number }
  | { readonly kind: 'wait'; readonly waitMs: number }

/**
 * The generic cell rate algorithm: a leaky bucket whose whole state is one number.
 * `due` is what the last pass returned for this key, or undefined for a key never seen; times in milliseconds.
 */
export function gcra(rate: Rate, due: number | undefined, now: number): RateDecision {
  const interval = 1000 / rate.perSecond
  const next = Math.max(due ?? now, now) + interval
  const early = next - rate.burst * interval - now
  // A microsecond of tolerance, so that rounding never refuses a call that is due exactly now.
  return early > 0.001 ? { kind: 'wait', waitMs: Math.ceil(early) } : { kind: 'pass', due: next }
}
