import type { Revision } from './requests.ts'

/** What answers. `upstream` is the store itself, called directly. */
type Variant = 'raw' | 'low-level' | 'mcp-server' | 'tillgate' | 'upstream'

/** One kind of request at one kind of server. */
export type Subject = {
  readonly variant: Variant
  readonly revision: Revision
  readonly tool: 'get_order' | 'tools/list'
  readonly tools: 9 | 34
  readonly grants: 10 | 10_000
  /** Milliseconds that the store behind takes, or the whole sandbox. */
  readonly store: 0 | 20 | 100 | 'sandbox'
}

/** A subject under so many callers at once; `calls` are made in each round. */
export type Cell = { readonly subject: Subject; readonly callers: number; readonly calls: number }

export type Plan = {
  readonly rounds: number
  /** Calls to each subject before anything is counted. */
  readonly warmUp: number
  /**
   * Calls, not counted, right before each cell: a process that has rested has a small heap and runs slower at first,
   * and the subjects that are called less often would look worse for that alone.
   */
  readonly reWarm: number
  /** A round that would end later than this, in seconds after the start, does not begin, unless it is the first. */
  readonly secondsMax: number
  readonly cells: readonly Cell[]
}

const GET_ORDER: Subject = {
  variant: 'tillgate',
  revision: '2026-07-28',
  tool: 'get_order',
  tools: 9,
  grants: 10,
  store: 0,
}
const VARIANTS: readonly Variant[] = ['raw', 'low-level', 'mcp-server', 'tillgate']

/** Key of a subject: equal ones share a target of the load generator. */
export function nameOf({ variant, revision, tool, tools, grants, store }: Subject): string {
  return [variant, revision, tool, `${tools} tools`, `${grants} grants`, `store ${store}`].join(' · ')
}

export const FULL: Plan = { rounds: 4, warmUp: 3_000, reWarm: 400, secondsMax: 450, cells: cells() }
/** Enough to see whether something went badly wrong; not figures to keep. */
export const QUICK: Plan = {
  rounds: 1,
  warmUp: 500,
  reWarm: 0,
  secondsMax: 40,
  cells: cells().filter(isQuick).map(shorter),
}

function isQuick({ subject, callers }: Cell): boolean {
  const isPlain = subject.tools === 9 && subject.revision === '2026-07-28' && subject.tool === 'get_order'
  return isPlain && (callers === 32 || (subject.store !== 0 && callers === 8))
}

function shorter({ calls, ...cell }: Cell): Cell {
  return { ...cell, calls: Math.ceil(calls / 2) }
}

function cells(): Cell[] {
  const cell = (subject: Partial<Subject>, callers: number, calls: number): Cell => ({
    subject: { ...GET_ORDER, ...subject },
    callers,
    calls,
  })
  const main = [1, 8, 32].flatMap((callers) =>
    VARIANTS.map((variant) => cell({ variant }, callers, { 1: 800, 8: 2_000, 32: 2_500 }[callers] ?? 0)),
  )
  const before = VARIANTS.slice(1).map((variant) => cell({ variant, revision: '2025-11-25' }, 32, 1_500))
  const slow = ([20, 100] as const).flatMap((store) =>
    [1, 8, 32].flatMap((callers) =>
      (['upstream', 'tillgate'] as const).map((variant) =>
        cell({ variant, store }, callers, Math.min(1_000, (2_500 / store) * callers)),
      ),
    ),
  )
  const sdk = ['low-level', 'mcp-server'] as const
  const lists = [
    ...sdk.flatMap((variant) =>
      ([9, 34] as const).map((tools) => cell({ variant, tools, tool: 'tools/list' }, 8, 400)),
    ),
    cell({ tool: 'tools/list' }, 8, 400),
  ]
  const moreTools = sdk.map((variant) => cell({ variant, tools: 34 }, 32, 1_500))
  return [
    ...main,
    ...before,
    ...moreTools,
    ...lists,
    cell({ grants: 10_000 }, 32, 2_500),
    cell({ store: 'sandbox' }, 8, 600),
    ...slow,
  ]
}
