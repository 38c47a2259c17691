import { randomUUID } from 'node:crypto'
import type { RecordBody, RecordHeader } from '#audit'
import type { Actor, Cast } from './cast.ts'

/** One thing that happened, for the record. */
export type Happening = { readonly header: RecordHeader; readonly body: RecordBody }

type Place = { readonly cast: Cast; readonly storeId: string; readonly handle: string; readonly now: number }

const HOUR_MS = 3_600_000
const HOURS = 7 * 24

/** A week of a small shop's agents, in order of time: busy by day, quiet by night. The same every time but for the ids. */
export function weekOf(place: Place): Happening[] {
  const chance = dice(20_261_125)
  const happenings: Happening[] = []
  for (let hour = HOURS; hour >= 1; hour -= 1) {
    const from = place.now - hour * HOUR_MS
    const busy = rhythm(new Date(from).getUTCHours())
    for (let calls = Math.round(busy * (4 + chance() * 8)); calls > 0; calls -= 1) {
      happenings.push(ordinary(place, { at: from + chance() * HOUR_MS, chance }))
    }
  }
  return [...happenings, ...landmarks(place)].sort((a, b) => a.header.at - b.header.at)
}

/** How busy an hour is, from 0.1 to 1. */
const rhythm = (hour: number) => (hour < 6 ? 0.1 : hour < 8 ? 0.4 : hour < 18 ? 1 : hour < 22 ? 0.5 : 0.2)

type Moment = { readonly at: number; readonly chance: () => number }

function ordinary({ cast, ...place }: Place, { at, chance }: Moment): Happening {
  const [who, tool, given] = pick(
    [
      [cast.stockWatcher, 'get_inventory', { product: '7' }],
      [cast.stockWatcher, 'search_products', { text: 'lamp', page_size: 20 }],
      [cast.claude, 'search_orders', { payment_status: 'paid', page_size: 20 }],
      [cast.claude, 'get_order', { id: '#2936' }],
      [cast.claude, 'get_customer', { id: '42' }],
      [cast.reviewHelper, 'search_products', { page_size: 50 }],
      [cast.nightReport, 'search_orders', { page_size: 50 }],
    ] as const,
    chance,
  )
  const run = 18 + chance() * 60 + (chance() > 0.97 ? 900 : 0)
  const failed = chance() > 0.99
  return failed
    ? told(place, { who, tool, at, given }, { outcome: 'failed', step: 'run', code: 'store_timeout', ms: 10_000 })
    : told(place, { who, tool, at, given }, { outcome: 'ok', step: 'record', ms: run, ...shownBy(tool) })
}

/** What the agent was shown by an answer of this tool. */
function shownBy(tool: string): Partial<RecordHeader> {
  if (tool === 'get_order') return { rows: 1, shown: { clear: 34, masked: 9, marked: 2 }, tainted: true }
  if (tool === 'get_customer') return { rows: 1, shown: { clear: 7, masked: 11 } }
  return { rows: 20, shown: { clear: 160 }, withheld: 0 }
}

type Call = {
  readonly who: Actor
  readonly tool: string
  readonly at: number
  readonly given?: RecordBody['arguments']
}
type Ending = Partial<RecordHeader> & Pick<RecordHeader, 'outcome' | 'step'>

function told({ storeId, handle }: Omit<Place, 'cast'>, { who, tool, at, given }: Call, ending: Ending): Happening {
  const ms = ending.ms ?? 0
  return {
    header: {
      v: 1,
      kind: 'call',
      request: randomUUID(),
      at,
      agent: who.agentId,
      ...(who.accountId !== undefined && { account: who.accountId }),
      client: who.clientId,
      grant: who.grantId,
      role: `${who.roleId}:${who.roleVersion}`,
      tool,
      store: storeId,
      steps: stepsUntil(ending.step ?? 'record', ms),
      ...ending,
      ms: Math.round(ms * 100) / 100,
    },
    body: { ...(given && { arguments: { store: handle, ...given } }), address: '203.0.113.24' },
  }
}

const STEPS = ['authenticate', 'limit', 'authorise', 'admit', 'run', 'screen', 'record'] as const

/** Milliseconds of the steps that a call passed. */
function stepsUntil(step: string, ms: number): Record<string, number> {
  const end = STEPS.findIndex((each) => each === step)
  const small: Readonly<Record<string, number>> = {
    authenticate: 0.6,
    limit: 0.02,
    authorise: 0.03,
    admit: 0.14,
    screen: 0.4,
    record: 1.8,
  }
  const passed = STEPS.slice(0, step === 'record' ? STEPS.length : end)
  return Object.fromEntries(passed.map((name) => [name, small[name] ?? Math.max(1, Math.round((ms - 3) * 10) / 10)]))
}

/** What is worth noticing. */
function landmarks({ cast, now, ...rest }: Place): Happening[] {
  const place = { ...rest, now }
  const ago = (minutes: number) => now - minutes * 60_000
  const { claude, reviewHelper, nightReport, stockWatcher } = cast
  const refused = (call: Call, code: string, more: Partial<RecordHeader> = {}) =>
    told(place, call, { outcome: 'refused', step: 'authorise', code, ms: 0.8, ...more })
  return [
    // A customer's note told it to look at every customer; its role has no such tool.
    told(
      place,
      { who: reviewHelper, tool: 'get_order', at: ago(188), given: { id: '#2995' } },
      { outcome: 'ok', step: 'record', ms: 41, ...shownBy('get_order') },
    ),
    ...[187, 186, 186, 185].map((minutes) =>
      refused({ who: reviewHelper, tool: 'search_customers', at: ago(minutes) }, 'unlisted', {
        reason: 'the tool is outside the role',
        tainted_before: true,
      }),
    ),
    done(cast, { at: ago(181), action: 'agent.quarantine', subject: reviewHelper.agentId }),
    // Its first role had it; it was narrowed.
    ...[1500, 60].map((minutes) =>
      refused({ who: nightReport, tool: 'search_customers', at: ago(minutes) }, 'unlisted', {
        reason: 'the tool is outside the role',
      }),
    ),
    flood(nightReport, { from: ago(371), count: 46 }),
    ...[95, 94].map((minutes) =>
      told(
        place,
        { who: claude, tool: 'get_order', at: ago(minutes) },
        { outcome: 'refused', step: 'admit', code: 'invalid_arguments', ms: 0.9 },
      ),
    ),
    ...[52, 51, 51].map((minutes) =>
      told(
        place,
        { who: stockWatcher, tool: 'get_inventory', at: ago(minutes), given: { product: '7' } },
        { outcome: 'failed', step: 'run', code: 'store_timeout', ms: 10_000 },
      ),
    ),
    done(cast, { at: ago(9 * 24 * 60 - 3 * 24 * 60), action: 'role.change', subject: nightReport.roleId }),
    done(cast, { at: ago(2890), action: 'member.invite', subject: cast.mara.accountId }),
  ]
}

type Act = { readonly at: number; readonly action: string; readonly subject: string }

function done({ mara }: Cast, { at, action, subject }: Act): Happening {
  const header = {
    v: 1,
    kind: 'admin',
    request: randomUUID(),
    at,
    outcome: 'ok',
    account: mara.accountId,
    action,
    subject,
  } as const
  return { header, body: { address: '203.0.113.24' } }
}

/** A loop that asked too often: one record for all. */
function flood(who: Actor, { from, count }: { from: number; count: number }): Happening {
  const until = from + 55_000
  const header = {
    v: 1,
    kind: 'refusal',
    request: randomUUID(),
    at: until,
    outcome: 'refused',
    agent: who.agentId,
    step: 'limit',
    reason: 'rate_limited',
    count,
    from,
    to: until,
  } as const
  return { header, body: {} }
}

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruential generator). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

function pick<T>(choices: readonly T[], chance: () => number): T {
  const [first] = choices
  const chosen = choices[Math.floor(chance() * choices.length)] ?? first
  if (chosen === undefined) throw new Error('there is nothing to choose from')
  return chosen
}
