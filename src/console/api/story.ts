import { type RecordBody, type RecordHeader, readBody, readRecord, type StoredRecord } from '#audit'
import { listAgents, type Role, roleAsOf } from '#identity'
import { visibleText } from '../visible-text.ts'
import { callRow } from './call-row.ts'
import { notHere } from './errors.ts'
import { namesOf } from './names.ts'
import { agentsInSight } from './sight.ts'
import type { ApiVisit } from './visit.ts'
import { type NoFacts, why } from './why.ts'

/** The steps of a call in their order, with what each asks; the gateway's own, in words for people. */
export const STORY_STEPS = [
  { name: 'authenticate', asks: 'Does its token open a live grant?' },
  { name: 'limit', asks: 'Within the limits of its role?' },
  { name: 'authorise', asks: 'Does its grant, and its role as it is now, have this tool?' },
  { name: 'admit', asks: 'Are the arguments strict and harmless?' },
  { name: 'run', asks: 'Asked of the store' },
  { name: 'screen', asks: 'What the agent may see of the answer' },
  { name: 'record', asks: 'Written down before the answer left' },
] as const

export type StoryStep = {
  readonly name: string
  readonly asks: string
  readonly state: 'passed' | 'stopped' | 'not_reached'
  /** Milliseconds; null where it was not measured. */
  readonly ms: number | null
}

/** Everything that is known of one call. Throws where there is no such call, or not for this person. */
export async function storyOf(visit: ApiVisit, number: number) {
  const stored = await callInSight(visit, number)
  const { header } = stored
  const names = await namesOf(visit.tx, [header])
  const role = await roleOfRecord(visit, header)
  const store = names.store(header.store)
  const body = await openBody(visit, stored)
  return {
    ...callRow(stored, names),
    hash: stored.hash,
    request: header.request,
    client: header.client === undefined ? null : visibleText(header.client, 300),
    role: role && { name: role.name, version: role.version },
    step: header.step ?? null,
    folded: folded(header),
    steps: stepsOf(header),
    why: header.outcome === 'ok' ? null : why(noFacts(header, { store, role })),
    shown: header.shown ?? {},
    unknownFields: header.unknown_fields ?? 0,
    taint: { before: header.tainted_before === true, by: header.tainted === true },
    body: shownBody(body),
    /** For *copy as JSON*: exactly what is written down. */
    raw: { record: stored.record, hash: stored.hash, header, body: body.kind === 'open' ? body.value : body.kind },
  }
}

async function callInSight(visit: ApiVisit, number: number): Promise<StoredRecord> {
  const stored = await readRecord(visit.tx, number)
  if (!stored || !KINDS.has(stored.header.kind)) throw notHere()
  const sight = await agentsInSight(visit)
  if (sight !== undefined && !sight.includes(stored.header.agent ?? '')) throw notHere()
  return stored
}

const KINDS = new Set<RecordHeader['kind']>(['call', 'refusal'])

function folded({ count, from, to }: RecordHeader) {
  return count === undefined ? null : { count, from: from ?? null, to: to ?? null }
}

const SHOWN_MAX = 2_000

/** The sealed part as people read it: what an agent or a store wrote, with nothing hidden. */
function shownBody(body: Body) {
  if (body.kind !== 'open') return { kind: body.kind }
  const { arguments: given = {}, address, text } = body.value
  const lines = Object.entries(given).map(([name, value]) => ({
    name: visibleText(name),
    value: visibleText(typeof value === 'string' ? value : JSON.stringify(value), SHOWN_MAX),
  }))
  return {
    kind: body.kind,
    arguments: lines,
    address: address ?? null,
    text: text === undefined ? null : visibleText(text, SHOWN_MAX),
  }
}

function noFacts(header: RecordHeader, { store, role }: { store: string | null; role: Role | null }): NoFacts {
  return {
    step: header.step ?? '',
    code: header.code ?? header.reason ?? '',
    reason: header.reason,
    tool: header.tool,
    agentId: header.agent,
    store: store ?? undefined,
    role: role ? { name: role.name, limits: role.definition.limits } : undefined,
  }
}

/**
 * The role that decided over a record, as it was defined then. A refusal that was counted names none: then the role of its
 * agent as it is now. Null where neither is known.
 */
async function roleOfRecord({ tx }: ApiVisit, { role, agent }: RecordHeader): Promise<Role | null> {
  if (role !== undefined) {
    const [roleId = '', version = ''] = role.split(':')
    return (await roleAsOf(tx, { roleId, version: Number(version) })) ?? null
  }
  const [found] = agent === undefined ? [] : await listAgents(tx, { agentIds: [agent] })
  if (!found) return null
  const { roleId, role: name, roleVersion: version, roleDefinition: definition } = found
  return { roleId, name, version, definition }
}

/** Every step up to the one that said no; those behind it were not reached. */
export function stepsOf({ steps = {}, step, outcome, kind }: RecordHeader): StoryStep[] {
  if (kind === 'refusal')
    return STORY_STEPS.filter(({ name }) => name === step).map((each) => ({ ...each, state: 'stopped', ms: null }))
  const end = STORY_STEPS.findIndex(({ name }) => name === step)
  return STORY_STEPS.map((each, index) => {
    const state = outcome === 'ok' || index < end ? 'passed' : index === end ? 'stopped' : 'not_reached'
    return { ...each, state, ms: steps[each.name] ?? null }
  })
}

type Body =
  | { readonly kind: 'open'; readonly value: RecordBody }
  /** It never had one; it was erased; or its key does not open it, for now or for good. */
  | { readonly kind: 'none' | 'erased' | 'unreadable' }

async function openBody({ tx, world, person }: ApiVisit, { record, headerText }: StoredRecord): Promise<Body> {
  const body = await readBody(tx, record)
  if (body.kind !== 'sealed') return body
  try {
    const key = await world.vault.dataKey({ workspace: person.workspaceId, purpose: 'audit-body' }, person.auditKey)
    // Sealed by us, and bound to the header that it was read with.
    return { kind: 'open', value: JSON.parse(key.open(headerText, body.sealed).toString()) as RecordBody }
  } catch (error) {
    world.onMistake(error)
    return { kind: 'unreadable' }
  }
}
