import type { ConsoleReport } from './console.ts'

/** The report of the console as a table for people. */
export function consoleTable({ machine, answered, tally, price, ...facts }: ConsoleReport): string {
  const { records, agents, database_gb, seconds } = facts
  const rows = answered.map(({ question, p50_ms, p95_ms, cpu_ms, strangers_cores, bytes, lines }) =>
    [
      question.padEnd(62),
      p50_ms.toFixed(1).padStart(8),
      p95_ms.toFixed(1).padStart(8),
      cpu_ms.toFixed(1).padStart(8),
      strangers_cores.toFixed(1).padStart(11),
      `${bytes}`.padStart(8),
      `${lines ?? ''}`.padStart(6),
      p95_ms > AIM_MS ? `  above ${AIM_MS} ms` : '',
    ].join(''),
  )
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, Linux ${machine.kernel}, Node ${machine.node}, PostgreSQL ${machine.postgresql}`,
    `load average before the start ${machine.load_average}; ${seconds} s; ${records} records, ${agents} agents, database of ${database_gb} GB; 1 caller`,
    `${'question'.padEnd(62)}  p50 ms  p95 ms  CPU ms  strangers   bytes lines\n${rows.join('\n')}`,
    `tallies: createTally counts ${tally.records_per_s} records a second (${tally.counted} counted); ${FILLED[tally.filled_by]}`,
    `a record: ${price.with.us} µs with the columns and indexes of the console, ${price.without.us} µs without (CPU of the database ${price.with.database_cpu_us} and ${price.without.database_cpu_us} µs), ${price.records} records each, ${price.at_once} at once`,
  ].join('\n\n')
}

const AIM_MS = 100

const FILLED = {
  createTally: 'all were filled by it',
  sql: 'all were filled by SQL in one go, which counts those the same',
} as const
