import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Product, startProduct, tokenFor } from './product.ts'
import { callTool } from './rpc.ts'

/** What an agent holds in its hand after an answered call. */
export type Receipt = { readonly workspace: string; readonly record: number; readonly hash: string }

export const MAIN = join(import.meta.dirname, '../../dist/main.js')

/** Calls tools from many callers until the process is killed; gives the receipts of all that was answered. */
export async function killUnderLoad(
  product: Product,
  options: { callers: number; afterMs: number },
): Promise<Receipt[]> {
  const token = await tokenFor(product.ready, 'operator')
  const receipts: Receipt[] = []
  const state = { killed: false }
  const load = Array.from({ length: options.callers }, () => callUntilKilled(product, { token, receipts, state }))
  await new Promise((resolve) => setTimeout(resolve, options.afterMs))
  state.killed = true
  await product.kill9()
  await Promise.all(load)
  return receipts
}

type Load = { token: string; receipts: Receipt[]; state: { killed: boolean } }

async function callUntilKilled(product: Product, { token, receipts, state }: Load): Promise<void> {
  const { mcp, workspace } = product.ready
  while (!state.killed) {
    try {
      const answer = await callTool(mcp, token, {
        name: 'search_orders',
        arguments: { store: 'harbour', page_size: 1 },
      })
      const receipt: unknown = answer.meta['tillgate/receipt']
      if (typeof receipt === 'object' && receipt !== null) {
        receipts.push({ workspace: workspace.id, ...JSON.parse(JSON.stringify(receipt)) })
      }
    } catch {
      return
    }
  }
}

/** `tillgate audit verify` with the receipts, as an operator runs it. */
export function verify(data: string, receiptsFile?: string): { ok: boolean; code: number | null; output: string } {
  const words = [
    MAIN,
    'audit',
    'verify',
    '--data',
    data,
    '--json',
    ...(receiptsFile ? ['--receipts', receiptsFile] : []),
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  const output = `${stdout}${stderr}`
  return { ok: status === 0 && stdout.startsWith('{') && JSON.parse(stdout).ok === true, code: status, output }
}

/** Starts, loads, kills and starts again so many times; then every receipt must be in an unbroken chain. */
export async function killRounds(data: string, rounds: number): Promise<{ receipts: Receipt[]; restartMs: number[] }> {
  const receipts: Receipt[] = []
  const restartMs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now()
    const product = await startProduct({ data })
    restartMs.push(performance.now() - from)
    receipts.push(...(await killUnderLoad(product, { callers: 16, afterMs: 400 + round * 37 })))
  }
  return { receipts, restartMs }
}
