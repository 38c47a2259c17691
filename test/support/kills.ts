import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { callTool } from './rpc.ts'
import { startSandboxProcess, startServed } from './served.ts'

/** What an agent holds in its hand after an answered call. */
type Receipt = { readonly workspace: string; readonly record: number; readonly hash: string }

export type KillRounds = {
  readonly receipts: Receipt[]
  readonly restartMs: number[]
  readonly lastExit: number | null
}

const MAIN = resolve(import.meta.dirname, '../../dist/main.js')
const CALLERS = 16

/**
 * Starts, calls from many callers, kills without warning, and starts again, so many times; the sandbox lives on.
 * The last start is stopped as it should be.
 */
export async function killRounds(data: string, rounds: number): Promise<KillRounds> {
  const sandbox = await startSandboxProcess()
  const receipts: Receipt[] = []
  const restartMs: number[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now()
      const served = await startServed(data, sandbox)
      restartMs.push(performance.now() - from)
      receipts.push(...(await killUnderLoad(served, 20 + (round % 7))))
    }
    const last = await startServed(data, sandbox)
    return { receipts, restartMs, lastExit: await last.end('SIGTERM') }
  } finally {
    await sandbox.end('SIGTERM')
  }
}

type Served = Awaited<ReturnType<typeof startServed>>

/** Killed as soon as so many calls were answered, in the middle of the others. */
async function killUnderLoad(served: Served, answered: number): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  const load = { token: await served.token(), receipts, over: false }
  const callers = Array.from({ length: CALLERS }, () => callUntilOver(served, load))
  for (const until = Date.now() + 20_000; receipts.length < answered && Date.now() < until; ) {
    await new Promise((done) => setTimeout(done, 1))
  }
  await served.end('SIGKILL')
  load.over = true
  await Promise.all(callers)
  return receipts
}

/** Refused calls, as by the rate limit, have no receipt and go on; a broken connection ends the caller. */
async function callUntilOver(
  { ready, workspace }: Served,
  load: { token: string; receipts: Receipt[]; over: boolean },
) {
  while (!load.over) {
    try {
      const call = { name: 'search_orders', arguments: { store: 'harbour', page_size: 1 } }
      const { meta } = await callTool(ready.mcp, load.token, call)
      const receipt: unknown = meta['tillgate/receipt']
      if (receipt !== undefined) load.receipts.push({ workspace, ...JSON.parse(JSON.stringify(receipt)) })
    } catch {
      return
    }
  }
}

/** `tillgate audit verify` with the receipts, as an operator runs it. */
export function verify(data: string, receiptsFile: string): { ok: boolean; code: number | null; output: string } {
  const words = [MAIN, 'audit', 'verify', '--data', data, '--json', '--receipts', receiptsFile]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8', maxBuffer: 1 << 26 })
  return { ok: stdout.startsWith('{') && JSON.parse(stdout).ok === true, code: status, output: `${stdout}${stderr}` }
}
