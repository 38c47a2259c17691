import type { Label } from '#commerce'
import { mark } from './mark.ts'
import type { Member, Plan } from './plan.ts'

/** How the leaves of one answer are shown. */
export type Treatment = {
  readonly personal: 'drop' | 'mask'
  readonly strangersText: 'drop' | 'mark'
  /** Six characters, random for each answer, that close a mark; text cannot forge what it cannot know. */
  readonly delimiter: string
}

export type Shown = 'clear' | 'masked' | 'marked'

/** What an agent gets to know about a leaf: who can write it, how sensitive it is, how it is shown. */
export type ShownLabel = Pick<Label, 'writer' | 'class'> & { readonly shown: Shown }

export type Screened = {
  readonly value: Record<string, unknown>
  /** By JSON pointer (RFC 6901) with `*` for indices; only leaves that are not (platform or merchant) and (public or internal). */
  readonly labels: Record<string, ShownLabel>
  /** How many leaves were shown masked or marked. */
  readonly shown: { masked: number; marked: number }
  /** Members that the schema does not know; they were dropped. */
  readonly unknown: number
  /** Values that did not fit their closed format, and payment or secret leaves; they were dropped. */
  readonly withheld: number
}

type Tally = {
  labels: Record<string, ShownLabel>
  masked: number
  marked: number
  unknown: number
  withheld: number
}

/** Left out: the value must not be shown, or there is none. */
const NOTHING = Symbol('nothing')

/**
 * Rebuilds an answer from its labelled schema: what the schema does not name never appears, `payment` and `secret`
 * never leave, personal data and strangers' text leave only as the treatment says. Pure: nothing of the input is kept.
 */
export function screen(plan: Plan, value: unknown, treatment: Treatment): Screened {
  const tally: Tally = { labels: {}, masked: 0, marked: 0, unknown: 0, withheld: 0 }
  const rebuilt = rebuild(plan, value, { treatment, tally })
  const { labels, masked, marked, unknown, withheld } = tally
  return { value: isRecord(rebuilt) ? rebuilt : {}, labels, shown: { masked, marked }, unknown, withheld }
}

type Walk = { readonly treatment: Treatment; readonly tally: Tally }

function rebuild(plan: Plan, value: unknown, walk: Walk): unknown {
  if (value === undefined || value === null) return NOTHING
  switch (plan.kind) {
    case 'leaf':
      return rebuildLeaf(plan, value, walk)
    case 'array':
      return rebuildArray(plan.item, value, walk)
    case 'object':
      return rebuildObject(plan, value, walk)
  }
}

function rebuildArray(item: Plan, value: unknown, walk: Walk): unknown {
  if (!Array.isArray(value)) return withhold(walk)
  const rebuilt: unknown[] = []
  for (const element of value) {
    const shown = rebuild(item, element, walk)
    if (shown !== NOTHING) rebuilt.push(shown)
  }
  return rebuilt
}

function rebuildObject(plan: Extract<Plan, { kind: 'object' }>, value: unknown, walk: Walk): unknown {
  if (!isRecord(value)) return withhold(walk)
  for (const key of Object.keys(value)) if (!plan.known.has(key)) walk.tally.unknown += 1
  return collect(plan.members, value, walk)
}

/** The members that may be shown; an object that lacks a required one is not shown at all. */
function collect(plans: readonly Member[], members: Record<string, unknown>, walk: Walk): unknown {
  const rebuilt: Record<string, unknown> = {}
  for (const { key, plan, required } of plans) {
    const member = rebuild(plan, members[key], walk)
    if (member !== NOTHING) rebuilt[key] = member
    else if (required) return withhold(walk)
  }
  return rebuilt
}

function rebuildLeaf({ pointer, leaf }: Extract<Plan, { kind: 'leaf' }>, value: unknown, walk: Walk): unknown {
  const { label } = leaf
  if (label.class === 'payment' || label.class === 'secret' || !leaf.fits(value)) return withhold(walk)
  if (label.class === 'personal') return showPersonal(pointer, label, walk)
  if (isStranger(label) && typeof value === 'string') return showStrangersText(pointer, { label, text: value }, walk)
  if (label.writer === 'staff') walk.tally.labels[pointer] = shownLabel(label, 'clear')
  return value
}

function showPersonal(pointer: string, label: Label, { treatment, tally }: Walk): unknown {
  if (treatment.personal === 'drop') return NOTHING
  tally.masked += 1
  tally.labels[pointer] = shownLabel(label, 'masked')
  return `[${label.kind ?? 'personal'}]`
}

function showStrangersText(pointer: string, leaf: { label: Label; text: string }, { treatment, tally }: Walk): unknown {
  if (treatment.strangersText === 'drop' || leaf.text === '') return NOTHING
  tally.marked += 1
  tally.labels[pointer] = shownLabel(leaf.label, 'marked')
  return mark(leaf.text, leaf.label.writer, treatment.delimiter)
}

function withhold(walk: Walk): typeof NOTHING {
  walk.tally.withheld += 1
  return NOTHING
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shownLabel(label: Label, shown: Shown): ShownLabel {
  return { writer: label.writer, class: label.class, shown }
}

/** Whose words must not steer an agent. */
function isStranger(label: Label): boolean {
  return (
    label.writer === 'customer' || label.writer === 'public' || label.writer === 'supplier' || label.writer === 'agent'
  )
}
