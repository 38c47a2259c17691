import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '#kernel'
import { startShopifySandbox } from '#sandbox'
import { listenOnLoopback } from './loopback.ts'
import type { UpstreamReady } from './protocol.ts'

/**
 * The stores of the benchmark: the whole sandbox, and in front of it servers that ask it once, keep the answer and
 * give that to every later call after a fixed delay. A process of its own, so that its CPU time is nobody else's.
 */
const DELAYS_MS = [0, 20, 100]
const ENDLESS = { maximumAvailable: 1_000_000_000, restoreRate: 1_000_000_000 }

const sandbox = await startShopifySandbox({ madeOn: systemClock(), clock: systemClock, throttle: ENDLESS })
const recordings = new Map<string, { asked: string; answer: string }>()
const fixed: Record<number, string> = {}
for (const delayMs of DELAYS_MS) fixed[delayMs] = await startFixed(delayMs)

const ready: UpstreamReady = { sandbox: sandbox.url, sandboxToken: sandbox.accessToken.reveal(), fixed }
process.send?.(ready)
process.on('disconnect', () => process.exit(0))

function startFixed(delayMs: number): Promise<string> {
  return listenOnLoopback(
    createServer((req, res) => {
      answer(req, res, delayMs).catch(() => res.destroy())
    }),
  )
}

async function answer(req: IncomingMessage, res: ServerResponse, delayMs: number): Promise<void> {
  if (req.url === '/recorded') return end(res, JSON.stringify(recordings.get('GetOrder') ?? null))
  const from = performance.now()
  const asked = await bodyOf(req)
  const operation = /"operationName":"(\w+)"/.exec(asked)?.[1] ?? ''
  const known = recordings.get(operation) ?? (await record(operation, asked, req))
  const left = delayMs - (performance.now() - from)
  if (left > 0) await delay(left)
  end(res, known.answer)
}

async function record(operation: string, asked: string, { url = '', headers }: IncomingMessage) {
  const answered = await fetch(sandbox.url + url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-access-token': String(headers['x-shopify-access-token']),
    },
    body: asked,
  })
  const recording = { asked, answer: await answered.text() }
  if (answered.ok) recordings.set(operation, recording)
  return recording
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function end(res: ServerResponse, json: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
  res.end(json)
}
