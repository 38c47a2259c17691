import type pg from 'pg'
import { tools } from '#commerce'
import { roleOf } from '#identity'
import { tokenHash } from '#kernel'
import { authorise } from '#policy'
import { enterByToken } from '#store'

/** What it takes to know and to authorise a caller, one call after the other. */
export type DoorTimes = {
  readonly calls: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** Of `select 1` on the same connection in between: what this machine takes for any answer of its database. */
  readonly bare_p50_ms: number
}

const WARM_UP = 1_000
const CALLS = 5_000

/** What the gateway does before a call runs: token -> grant, role and stores in one committed read, then the judgement. */
export async function measureDoor(app: pg.Pool, token: string): Promise<DoorTimes> {
  const times: number[] = []
  const bare: number[] = []
  for (let call = -WARM_UP; call < CALLS; call += 1) {
    const bareTime = await timed(() => app.query({ name: 'bare', text: 'select 1' }))
    const time = await timed(() => knock(app, token))
    if (call < 0) continue
    bare.push(bareTime)
    times.push(time)
  }
  return {
    calls: CALLS,
    p50_ms: quantile(times, 0.5),
    p99_ms: quantile(times, 0.99),
    bare_p50_ms: quantile(bare, 0.5),
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await act()
  return performance.now() - from
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1000) / 1000
}

async function knock(app: pg.Pool, token: string): Promise<void> {
  const found = await enterByToken(app, { tokenHash: tokenHash(token), resource: 'core' }, null)
  if (!found || found.entry.refusal !== null || found.stores.length === 0) throw new Error('the door did not open')
  const { entry } = found
  const scopes = { grantScopes: entry.grant_scopes, tokenScopes: entry.token_scopes.split(' ') }
  const decision = authorise(
    { role: roleOf(entry), quarantined: entry.quarantined_at !== null, ...scopes },
    tools.get_order,
  )
  if (decision.kind !== 'allow') throw new Error('the call was refused')
}
