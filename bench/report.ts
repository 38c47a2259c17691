import type { DoorTimes } from './door.ts'
import type { MachineFacts } from './machine.ts'
import type { Measured } from './measure.ts'
import type { Subject } from './plan.ts'

/** The whole result, as `--json` prints it. */
export type Report = {
  readonly machine: MachineFacts & { readonly postgresql: string }
  readonly seconds: number
  readonly answer_bytes: number
  readonly quick: boolean
  readonly measured: readonly Measured[]
  readonly added: readonly Added[]
  readonly door: DoorTimes
}

/** What Tillgate adds to the time of a slow store, by the medians. */
export type Added = {
  readonly store_ms: number
  readonly callers: number
  readonly direct_p50_ms: number
  readonly tillgate_p50_ms: number
  readonly added_ms: number
  readonly added_percent: number
}

/** Compares each slow store called through Tillgate with the same store called directly. */
export function addedTimes(measured: readonly Measured[]): Added[] {
  return measured.flatMap(({ subject, callers, p50_ms }) => {
    if (subject.variant !== 'tillgate' || typeof subject.store !== 'number' || subject.store === 0) return []
    const direct = measured.find(
      (other) =>
        other.subject.variant === 'upstream' && other.subject.store === subject.store && other.callers === callers,
    )
    if (!direct) return []
    const added = p50_ms - direct.p50_ms
    return {
      store_ms: subject.store,
      callers,
      direct_p50_ms: direct.p50_ms,
      tillgate_p50_ms: p50_ms,
      added_ms: rounded(added),
      added_percent: rounded((100 * added) / direct.p50_ms),
    }
  })
}

/** The report as tables for people. */
export function tables({ machine, seconds, answer_bytes, measured, added, door }: Report): string {
  const isMain = (subject: Subject) => subject.store === 0 && subject.grants === 10 && subject.tools === 9
  const pick = (wanted: (subject: Subject) => boolean) => measured.filter(({ subject }) => wanted(subject))
  const main = pick((subject) => isMain(subject) && subject.tool === 'get_order')
  const parts = [
    `${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, Linux ${machine.kernel}, Node ${machine.node}, PostgreSQL ${machine.postgresql}`,
    `load average before the start ${machine.load_average}; ${seconds} s; the tool result has ${answer_bytes} bytes`,
    section('get_order, revision 2026-07-28, a store that answers at once', main.filter(isModern)),
    section(
      'the same, revision 2025-11-25',
      main.filter((cell) => !isModern(cell)),
    ),
    section(
      '34 tools instead of 9',
      pick((subject) => subject.tools === 34 && subject.tool === 'get_order'),
    ),
    section(
      'tools/list',
      pick((subject) => subject.tool === 'tools/list'),
      (subject) => ` ${subject.tools} tools`,
    ),
    section(
      '10,000 grants instead of 10',
      pick((subject) => subject.grants === 10_000),
    ),
    section(
      'the whole sandbox as the store',
      pick((subject) => subject.store === 'sandbox'),
    ),
    addedTable(added),
    doorLine(door),
    ...failures(measured),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function isModern({ subject }: Measured): boolean {
  return subject.revision === '2026-07-28'
}

const HEAD = ['', 'callers', 'CPU µs', '(rounds)', 'database µs', 'p50 ms', 'p99 ms', 'calls/s', 'best', 'strangers']

function section(title: string, cells: readonly Measured[], note: (subject: Subject) => string = () => ''): string {
  const rows = cells.map((cell) => [
    cell.subject.variant + note(cell.subject),
    cell.callers,
    cell.cpu_us,
    cell.cpu_us_range.join('-'),
    cell.database_cpu_us || '',
    cell.p50_ms.toFixed(2),
    cell.p99_ms.toFixed(2),
    cell.calls_per_s,
    cell.calls_per_s_best,
    `${cell.strangers_cores.toFixed(2)} cores`,
  ])
  return rows.length === 0 ? '' : `${title}\n${aligned([HEAD, ...rows])}`
}

function addedTable(added: readonly Added[]): string {
  const head = ['store', 'callers', 'direct p50 ms', 'Tillgate p50 ms', 'added ms', 'added %']
  const rows = added.map((row) => [
    `${row.store_ms} ms`,
    row.callers,
    row.direct_p50_ms.toFixed(2),
    row.tillgate_p50_ms.toFixed(2),
    row.added_ms.toFixed(2),
    row.added_percent.toFixed(1),
  ])
  return `time that Tillgate adds to a slow store\n${aligned([head, ...rows])}`
}

/** The aim is 0.25 ms in the median. */
export function doorLine({ calls, p50_ms, p99_ms, bare_p50_ms }: DoorTimes): string {
  const times = `p50 ${p50_ms.toFixed(3)} ms, p99 ${p99_ms.toFixed(3)} ms (a bare select 1: p50 ${bare_p50_ms.toFixed(3)} ms)`
  return `door: token -> grant, role, stores in one committed read, a member's grant, 1 caller, ${calls} calls: ${times}`
}

function failures(measured: readonly Measured[]): string[] {
  return measured
    .filter(({ failed }) => failed > 0)
    .map(({ subject, callers, failed, first_failure }) => {
      return `FAILED ${failed} calls of ${subject.variant} ${subject.tool} at ${callers} callers: ${first_failure}`
    })
}

function aligned(rows: readonly (readonly (string | number)[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((value, column) =>
          column === 0 ? String(value).padEnd(widths[column] ?? 0) : String(value).padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
