import { cpuOf, cpuOfChildren, cpuOfMachine, loadNow } from './machine.ts'
import { type Cell, nameOf, type Plan, type Subject } from './plan.ts'
import type { LoadOrder, RunResult } from './protocol.ts'
import type { World } from './world.ts'

/** What one cell took, over all its rounds. */
export type Measured = {
  readonly subject: Subject
  readonly callers: number
  readonly calls: number
  readonly failed: number
  /** CPU time of the server process a call, microseconds: all rounds together, then the least and most of a round. */
  readonly cpu_us: number
  readonly cpu_us_range: readonly [number, number]
  /** CPU time of the processes that it started, which is PostgreSQL, microseconds a call. */
  readonly database_cpu_us: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** Median of the rounds, and the best one. */
  readonly calls_per_s: number
  readonly calls_per_s_best: number
  /** Cores that were busy with other people's work meanwhile. */
  readonly strangers_cores: number
  /** Load average of the last minute, the mean over the rounds. */
  readonly load_average: number
  readonly first_failure?: string
}

const RUN_MAX_MS = 15_000
const WARM_MAX_MS = 6_000
const RE_WARM_MAX_MS = 2_000

/** Round robin over all cells, each round beginning at another one, so that noise hits all alike. */
export async function measure(world: World, plan: Plan, tell: (line: string) => void): Promise<Measured[]> {
  const from = performance.now()
  await warmUp(world, plan)
  const samples = new Map<Cell, Sample[]>(plan.cells.map((cell) => [cell, []]))
  let longestS = 0
  for (let round = 0; round < plan.rounds; round += 1) {
    const elapsedS = (performance.now() - from) / 1000
    if (round > 0 && elapsedS + longestS > plan.secondsMax) break
    tell(`round ${round + 1} of ${plan.rounds}, ${elapsedS.toFixed(0)} s, load average ${loadNow()}`)
    const start = Math.floor((round * plan.cells.length) / plan.rounds)
    for (const cell of [...plan.cells.slice(start), ...plan.cells.slice(0, start)]) {
      samples.get(cell)?.push(await sample(world, cell, plan.reWarm))
    }
    longestS = Math.max(longestS, (performance.now() - from) / 1000 - elapsedS)
  }
  return plan.cells.map((cell) => summary(cell, samples.get(cell) ?? []))
}

async function warmUp(world: World, { cells, warmUp: calls }: Plan): Promise<void> {
  const subjects = new Map(cells.map(({ subject }) => [nameOf(subject), subject]))
  for (const [target, subject] of subjects) {
    await world.load.ask({ kind: 'target', target: world.targetOf(subject) } satisfies LoadOrder)
    await run(world, { target, callers: 32, calls: isSlow(subject) ? 64 : calls, maxMs: WARM_MAX_MS })
  }
}

/** Waiting for a slow store warms nothing; such calls go the same way as those to the fast one. */
function isSlow({ store }: Subject): boolean {
  return store === 20 || store === 100
}

type Sample = RunResult & { cpuUs: number; databaseUs: number; strangersUs: number; load: number }

async function sample(world: World, { subject, callers, calls }: Cell, reWarm: number): Promise<Sample> {
  const target = nameOf(subject)
  const pid = world.pidOf(subject)
  const uncounted = Math.max(callers * 2, isSlow(subject) ? 0 : reWarm)
  await run(world, { target, callers, calls: uncounted, maxMs: RE_WARM_MAX_MS })
  const read = () => ({
    cpu: cpuOf(pid),
    database: cpuOfChildren(pid),
    machine: cpuOfMachine(),
    ours: cpuOf(process.pid) + cpuOfChildren(process.pid),
  })
  const before = read()
  const result = await run(world, { target, callers, calls, maxMs: RUN_MAX_MS })
  const after = read()
  return {
    ...result,
    cpuUs: after.cpu - before.cpu,
    databaseUs: after.database - before.database,
    strangersUs: after.machine - before.machine - (after.ours - before.ours),
    load: loadNow(),
  }
}

function run(world: World, order: Extract<LoadOrder, { kind: 'run' }>['run']): Promise<RunResult> {
  return world.load.ask<RunResult>({ kind: 'run', run: order } satisfies LoadOrder)
}

function summary({ subject, callers }: Cell, samples: readonly Sample[]): Measured {
  const sum = (pick: (sample: Sample) => number) => samples.reduce((total, sample) => total + pick(sample), 0)
  const calls = sum((sample) => sample.calls)
  const latencies = samples.flatMap((sample) => sample.latencies).sort((a, b) => a - b)
  const perRound = samples.map((sample) => sample.cpuUs / sample.calls).sort((a, b) => a - b)
  const rates = samples.map((sample) => sample.calls / sample.seconds).sort((a, b) => a - b)
  const firstFailure = samples.find((sample) => sample.firstFailure !== undefined)?.firstFailure
  return {
    subject,
    callers,
    calls,
    failed: sum((sample) => sample.failed),
    cpu_us: Math.round(sum((sample) => sample.cpuUs) / calls),
    cpu_us_range: [Math.round(perRound[0] ?? 0), Math.round(perRound.at(-1) ?? 0)],
    database_cpu_us: Math.round(sum((sample) => sample.databaseUs) / calls),
    p50_ms: rounded(quantile(latencies, 0.5)),
    p99_ms: rounded(quantile(latencies, 0.99)),
    calls_per_s: Math.round(quantile(rates, 0.5)),
    calls_per_s_best: Math.round(rates.at(-1) ?? 0),
    strangers_cores: rounded(Math.max(0, sum((sample) => sample.strangersUs) / sum((sample) => sample.seconds) / 1e6)),
    load_average: rounded(sum((sample) => sample.load) / samples.length),
    ...(firstFailure !== undefined && { first_failure: firstFailure }),
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
