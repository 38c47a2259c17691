import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Helper, startHelper, startTillgate } from './children.ts'
import type { DoorTimes } from './door.ts'
import { handleOf, type Instance, makeInstance, SANDBOX } from './instance.ts'
import { nameOf, type Subject } from './plan.ts'
import type { ServerOrder, Target, ToolAnswer, UpstreamReady } from './protocol.ts'
import { request } from './requests.ts'

/** Every process of the benchmark, running. */
export type World = {
  readonly load: Helper
  readonly postgres: string
  readonly answerBytes: number
  /** With the most grants. */
  readonly door: DoorTimes
  targetOf(subject: Subject): Target
  /** The process whose CPU time counts for the subject. */
  pidOf(subject: Subject): number
  stop(): Promise<void>
}

const GRANTS = [10, 10_000] as const

/** Starts all of it in a folder of its own under the system's temporary folder; `stop` ends and removes everything. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  // The database runs as another user when this runs as root, and must reach its folder.
  chmodSync(folder, 0o711)
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return { ...(await start(folder, closers)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(folder: string, closers: (() => unknown)[]): Promise<Omit<World, 'stop'>> {
  const helper = (name: Parameters<typeof startHelper>[0]) => {
    const started = startHelper(name)
    closers.push(started.stop)
    return started
  }
  const upstream = helper('upstream')
  const stores = await upstream.ask<UpstreamReady>()
  const gates = new Map<number, Gate>()
  for (const grants of GRANTS) {
    const gate = await startGate(await makeInstance(join(folder, `grants-${grants}`), stores, grants), stores)
    closers.push(gate.stop)
    gates.set(grants, gate)
  }
  const [first, last = first] = gates.values()
  if (!first || !last) throw new Error('no Tillgate runs')
  const { id, answer } = await recordOrder(first)
  const servers = new Map<string, { pid: number; origin: string }>()
  for (const [kind, tools] of SERVERS) {
    const server = helper('servers')
    const origin = await server.ask<string>({ kind, tools, answer } satisfies ServerOrder)
    servers.set(`${kind} ${tools}`, { pid: server.pid, origin })
  }
  const asked = await recordedRequest(stores)
  const parts: Parts = { stores, gates, servers, upstream: upstream.pid, orderId: id, asked }
  return {
    load: helper('load'),
    postgres: first.instance.postgres,
    answerBytes: Buffer.byteLength(JSON.stringify(answer)),
    door: last.instance.door,
    targetOf: (subject) => targetOf(subject, parts),
    pidOf: (subject) => placeOf(subject, parts).pid,
  }
}

const SERVERS = [
  ['raw', 9],
  ['low-level', 9],
  ['low-level', 34],
  ['mcp-server', 9],
  ['mcp-server', 34],
] as const

type Gate = { instance: Instance; pid: number; origin: string; stop(): Promise<void> }

async function startGate(instance: Instance, stores: UpstreamReady): Promise<Gate> {
  const origins = [stores.sandbox, ...Object.values(stores.fixed)]
  const allow = origins.map((origin) => new URL(origin).host).join(',')
  const { pid, url, stop } = await startTillgate(['serve', '--data', instance.folder, '--port', '0'], allow)
  // The name would be looked up at each connection.
  return { instance, pid, origin: url.replace('localhost', '127.0.0.1'), stop }
}

/** Asks Tillgate once for an order; its answer is what the servers of comparison give as well. */
async function recordOrder(gate: Gate): Promise<{ id: string; answer: ToolAnswer }> {
  const found = await ask(gate, 'search_orders', { store: SANDBOX, page_size: 1 })
  const [{ id }] = found.structuredContent.items as [{ id: string }]
  return { id, answer: await ask(gate, 'get_order', { store: handleOf(0), id }) }
}

async function ask(gate: Gate, name: string, args: object): Promise<ToolAnswer> {
  const { headers, body } = request('2026-07-28', { method: 'tools/call', params: { name, arguments: args } })
  const authorization = `Bearer ${gate.instance.tokens[0]}`
  const answered = await fetch(`${gate.origin}/mcp`, { method: 'POST', headers: { ...headers, authorization }, body })
  const text = await answered.text()
  if (!text.includes('"structuredContent"')) throw new Error(`Tillgate answered ${answered.status} ${text}`)
  return JSON.parse(text).result
}

/** What the connector sent to the store, so that the load generator can send the same past Tillgate. */
async function recordedRequest({ fixed }: UpstreamReady): Promise<string> {
  const recorded = await fetch(`${fixed[0]}/recorded`)
  return JSON.parse(await recorded.text()).asked
}

type Parts = {
  stores: UpstreamReady
  gates: ReadonlyMap<number, Gate>
  servers: ReadonlyMap<string, { pid: number; origin: string }>
  upstream: number
  orderId: string
  asked: string
}

function targetOf(subject: Subject, parts: Parts): Target {
  const { origin } = placeOf(subject, parts)
  const common = { name: nameOf(subject), origin }
  if (subject.variant === 'upstream') {
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': parts.stores.sandboxToken }
    return { ...common, path: '/admin/api/2026-10/graphql.json', headers, body: parts.asked, mustHold: '"order"' }
  }
  const store = typeof subject.store === 'number' ? handleOf(subject.store) : SANDBOX
  const mcp =
    subject.tool === 'tools/list'
      ? request(subject.revision, { method: 'tools/list', params: {} })
      : request(subject.revision, {
          method: 'tools/call',
          params: { name: subject.tool, arguments: { store, id: parts.orderId } },
        })
  const tokens = subject.variant === 'tillgate' ? parts.gates.get(subject.grants)?.instance.tokens : undefined
  const mustHold = subject.tool === 'tools/list' ? '"inputSchema"' : '"structuredContent"'
  return { ...common, path: '/mcp', ...mcp, mustHold, ...(tokens && { tokens }) }
}

function placeOf(subject: Subject, { stores, gates, servers, upstream }: Parts): { pid: number; origin: string } {
  if (subject.variant === 'upstream') return { pid: upstream, origin: stores.fixed[Number(subject.store)] ?? '' }
  const server =
    subject.variant === 'tillgate' ? gates.get(subject.grants) : servers.get(`${subject.variant} ${subject.tools}`)
  if (!server) throw new Error(`nothing serves ${nameOf(subject)}`)
  return server
}
