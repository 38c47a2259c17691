import { RARE_TOOL, type Rows } from './console-rows.ts'
import { cpuOf, cpuOfChildren, cpuOfMachine } from './machine.ts'

/** What one question of the console took, asked by one person again and again. */
export type Answered = {
  readonly question: string
  readonly p50_ms: number
  readonly p95_ms: number
  /** Of who asks, who answers and the database together; waiting for a busy machine is not in it. */
  readonly cpu_ms: number
  /** Cores that were busy with other people's work meanwhile. */
  readonly strangers_cores: number
  readonly bytes: number
  /** Lines in the list that was asked for; a search that finds little gives what it has in time. */
  readonly lines?: number
}

type Place = {
  readonly base: string
  readonly cookie: string
  readonly rows: Rows
  readonly tell: (line: string) => void
}

const DAY_MS = 86_400_000
const WARM_UP = 3
const REPETITIONS = 30

/** Asks everything over HTTP, one request after the other. */
export async function ask({ base, cookie, rows, tell }: Place): Promise<Answered[]> {
  const answered: Answered[] = []
  for (const [question, path] of Object.entries(questions(rows))) {
    const one = { question, ...(await askOften(`${base}${path}`, cookie)) }
    answered.push(one)
    tell(`${question}: ${one.p50_ms} ms`)
  }
  return answered
}

async function askOften(url: string, cookie: string): Promise<Omit<Answered, 'question'>> {
  for (let repetition = 0; repetition < WARM_UP; repetition += 1) await get(url, cookie)
  const times: number[] = []
  let text = ''
  const before = { ours: cpuOfOurs(), machine: cpuOfMachine(), at: performance.now() }
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    const from = performance.now()
    text = await get(url, cookie)
    times.push(performance.now() - from)
  }
  const oursUs = cpuOfOurs() - before.ours
  const strangersUs = cpuOfMachine() - before.machine - oursUs
  return {
    p50_ms: quantile(times, 0.5),
    p95_ms: quantile(times, 0.95),
    cpu_ms: tenths(oursUs / 1000 / REPETITIONS),
    strangers_cores: tenths(Math.max(0, strangersUs / 1000 / (performance.now() - before.at))),
    bytes: Buffer.byteLength(text),
    ...linesOf(text),
  }
}

const cpuOfOurs = () => cpuOf(process.pid) + cpuOfChildren(process.pid)

function questions({ records, agents, busiest, rare }: Rows): Record<string, string> {
  const middle = Math.floor(records / 2)
  const page = Math.max(1, Math.min(100, Math.floor(agents / 100)))
  return {
    'overview of an hour': '/overview?range=1h',
    'overview of 24 hours': '/overview?range=24h',
    'overview of 7 days': '/overview?range=7d',
    'activity, the newest': '/activity',
    'activity, from the middle on': `/activity?before=${middle}`,
    'activity of an agent with five calls': `/activity?agent=${rare}`,
    'activity of the busiest agent': `/activity?agent=${busiest}`,
    'activity of a tool called once in 20,000 calls': `/activity?tool=${RARE_TOOL}`,
    'activity, only what was not answered': '/activity?outcome=not_ok',
    'activity of the busiest agent and a tool that it never calls': `/activity?agent=${busiest}&tool=${RARE_TOOL}`,
    'what activity can be filtered by': '/activity/choices',
    'the story of a call': `/activity/${middle}`,
    'audit, the newest': '/audit',
    'audit, acts on agents, of which there are none': '/audit?kind=admin&action=agent.',
    'audit, an account that did nothing': `/audit?account=${busiest}`,
    'audit, the busiest agent two weeks ago': `/audit?agent=${busiest}&to=${new Date(Date.now() - 14 * DAY_MS).toISOString()}`,
    'agents, page 1': '/agents',
    [`agents, page ${page}`]: `/agents?page=${page}`,
    'agents, by a part of the name': '/agents?text=agent%2077',
    'the busiest agent': `/agents/${busiest}`,
    'a narrower role for the busiest agent': `/agents/${busiest}/narrower`,
  }
}

async function get(url: string, cookie: string): Promise<string> {
  const response = await fetch(url, { headers: { cookie } })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url} was answered with ${response.status}: ${text.slice(0, 300)}`)
  return text
}

function linesOf(text: string): { lines?: number } {
  const answer: { calls?: unknown; records?: unknown; agents?: unknown } = JSON.parse(text)
  const list = answer.calls ?? answer.records ?? answer.agents
  return Array.isArray(list) ? { lines: list.length } : {}
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return tenths(sorted[Math.floor(sorted.length * share)] ?? 0)
}

const tenths = (value: number) => Math.round(value * 10) / 10
