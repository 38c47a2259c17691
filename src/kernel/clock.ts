/** The time now, as milliseconds since the epoch. Passed in wherever time matters, so that tests can hold it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** An instant as RFC 3339 in UTC with seconds precision, e.g. `2026-11-20T08:15:00Z`. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
