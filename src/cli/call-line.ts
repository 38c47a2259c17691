import type { CallLine } from '#gateway'

/** One call as a line for a person who watches. */
export function callLineText(line: CallLine, now: number): string {
  const time = new Date(now).toISOString().slice(11, 19)
  const what = `${line.tool}${line.store === undefined ? '' : ` on ${line.store}`}`
  const outcome = line.code === undefined ? line.outcome : `${line.outcome} (${line.code})`
  const record = line.record === undefined ? '' : `  record ${line.record}`
  return `  ${time}  ${what.padEnd(40)} ${outcome}  ${Math.round(line.ms)} ms${record}`
}
