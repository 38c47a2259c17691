import type { StoredRecord } from '#audit'
import type { Names } from './names.ts'

/** One call, or a minute of refusals that were folded into one record, as a line of a list. */
export function callRow({ record, header }: StoredRecord, names: Names) {
  const { at, kind, tool, outcome, code, reason, ms, rows, count, shown = {}, withheld = 0 } = header
  return {
    record,
    at,
    kind,
    agent: names.agent(header.agent),
    tool: tool ?? null,
    store: names.store(header.store),
    outcome,
    code: outcome === 'ok' ? null : (code ?? reason ?? null),
    ms: ms ?? null,
    rows: rows ?? null,
    /** More than 1 for refusals that were folded. */
    count: count ?? 1,
    marked: shown.marked ?? 0,
    masked: shown.masked ?? 0,
    withheld,
    tainted: header.tainted === true,
  }
}
