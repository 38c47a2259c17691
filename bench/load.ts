import { Pool } from 'undici'
import type { LoadOrder, Run, RunResult, Target } from './protocol.ts'

/** The load generator: a process of its own that sends one kind of request over kept connections and takes the times. */
const targets = new Map<string, Target>()

process.on('disconnect', () => process.exit(0))
process.on('message', (order: LoadOrder) => {
  if (order.kind === 'target') {
    targets.set(order.target.name, order.target)
    process.send?.('known')
    return
  }
  run(order.run).then(
    (result) => process.send?.(result),
    (error) => {
      process.stderr.write(`${error?.stack}\n`)
      process.exit(1)
    },
  )
})

async function run({ target: name, callers, calls, maxMs }: Run): Promise<RunResult> {
  const target = targets.get(name)
  if (!target) throw new Error(`there is no target ${name}`)
  const pool = poolOf(target, callers)
  const tally: Tally = { left: calls, latencies: [], failed: 0, firstFailure: undefined }
  const from = performance.now()
  const until = from + maxMs
  await Promise.all(Array.from({ length: callers }, () => caller(pool, target, { tally, until })))
  const seconds = (performance.now() - from) / 1000
  const { latencies, failed, firstFailure } = tally
  return { calls: latencies.length, failed, seconds, latencies, ...(firstFailure !== undefined && { firstFailure }) }
}

const pools = new Map<string, Pool>()

/** Kept from run to run, so that a first short run opens the connections for the next one. */
function poolOf({ name, origin }: Target, callers: number): Pool {
  const key = `${callers} ${name}`
  const pool = pools.get(key) ?? new Pool(origin, { connections: callers, pipelining: 1 })
  pools.set(key, pool)
  return pool
}

type Tally = { left: number; latencies: number[]; failed: number; firstFailure: string | undefined }

async function caller(pool: Pool, target: Target, { tally, until }: { tally: Tally; until: number }): Promise<void> {
  const mustHold = Buffer.from(target.mustHold)
  while (tally.left > 0 && performance.now() < until) {
    tally.left -= 1
    const from = performance.now()
    const answer = await call(pool, target)
    tally.latencies.push(performance.now() - from)
    if (answer.status === 200 && answer.body.includes(mustHold)) continue
    tally.failed += 1
    tally.firstFailure ??= `HTTP ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`
  }
}

async function call(pool: Pool, { path, headers, body, tokens }: Target): Promise<{ status: number; body: Buffer }> {
  const token = tokens?.[Math.floor(Math.random() * tokens.length)]
  const answer = await pool.request({
    method: 'POST',
    path,
    headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
    body,
  })
  const chunks: Buffer[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  return { status: answer.statusCode, body: Buffer.concat(chunks) }
}
