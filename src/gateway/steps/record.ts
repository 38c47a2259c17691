import type { AuditEntry, RecordBody, RecordHeader } from '#audit'
import { personalArgument, type Tool } from '#commerce'
import { canonicalJson } from '#kernel'
import { type Call, found } from '../call.ts'
import { catalogueDigest } from '../wire.ts'
import type { World } from '../world.ts'

/** How a call ended, for its record. */
export type Outcome = {
  readonly outcome: 'ok' | 'refused' | 'failed'
  readonly code?: string
  /** What the caller is not told, in words of ours. */
  readonly reason?: string
  /** What went wrong inside. A store's or library's own words may stand in it, so it is sealed. */
  readonly cause?: string
}

/** A mark that is younger than this is not set again: who reads it thinks in days, or in minutes at most. */
const FRESH_MS = 60_000

/** Writes the record of an answered call, and the taint with it, before the answer leaves. */
export async function record(call: Call, world: World): Promise<void> {
  call.receipt = await write(call, world, { outcome: 'ok' })
}

/** Appends the record of a call; resolves after the commit that carries it. */
export async function write(
  call: Call,
  world: World,
  { cause, ...outcome }: Outcome,
): Promise<{ record: number; hash: string }> {
  const { entry } = call.visitor
  const context = { workspace: entry.workspace_id, purpose: 'audit-body' }
  const dataKey =
    world.vault.cachedDataKey(context, entry.audit_key) ?? (await world.vault.dataKey(context, entry.audit_key))
  const body: RecordBody = {
    arguments: maskedArguments(call),
    address: call.visitor.address,
    ...(cause !== undefined && { text: cause }),
  }
  const digest = dataKey
    .mac('arguments', canonicalJson(call.input ?? null))
    .toString('hex')
    .slice(0, 32)
  return world.audit.append({
    workspaceId: entry.workspace_id,
    header: { ...header(call, world), ...outcome, ...(call.input && { arguments: digest }) },
    body: { key: dataKey, value: body },
    ...marks(call, world),
  })
}

function header(call: Call, world: World): Omit<RecordHeader, 'outcome'> {
  const { visitor, screened, answer } = call
  return {
    v: 1,
    kind: 'call',
    request: call.request,
    at: world.clock(),
    agent: visitor.entry.agent_id,
    ...(visitor.entry.account_id !== null && { account: visitor.entry.account_id }),
    client: visitor.entry.client_id,
    grant: visitor.entry.grant_id,
    role: `${visitor.entry.role_id}:${visitor.entry.role_version}`,
    catalogue: catalogueDigest,
    step: call.step,
    steps: call.spent,
    ms: rounded(world.clock() - call.startedAt),
    ...(call.tool && { tool: call.tool.name }),
    ...(call.store && { store: call.store.store_id }),
    ...(screened && { rows: rows(screened.value), shown: screened.shown, withheld: screened.withheld }),
    ...(screened && { unknown_fields: screened.unknown + (answer?.unknownFields ?? 0) }),
    ...(screened && screened.shown.marked > 0 && { tainted: true }),
    ...(visitor.entry.tainted_at !== null && { tainted_before: true }),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}

function rows(value: Record<string, unknown>): number {
  return Array.isArray(value.items) ? value.items.length : 1
}

/** The checked arguments with personal values masked; refused arguments are not kept, they could be anything. */
function maskedArguments(call: Call): Record<string, unknown> | undefined {
  const { input } = call
  if (!input) return undefined
  const shape = found<Tool>(call.tool).input.shape
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const schema = shape[name]
      const kind = schema && personalArgument(unwrapped(schema))
      return [name, kind === undefined || value === undefined ? value : `[${kind}]`]
    }),
  )
}

function unwrapped(schema: Tool['input']['shape'][string]): typeof schema {
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? schema.unwrap() : schema
}

/** What is noted with the record: strangers' text on the member's account, or on a machine agent; and that the grant was seen. */
function marks(call: Call, { clock }: World): Pick<AuditEntry, 'taintAgent' | 'taintAccount' | 'seenGrant'> {
  const { account_id, agent_id, grant_id, tainted_at, last_seen_at } = call.visitor.entry
  const isOld = (since: Date | null) => since === null || clock() - since.getTime() > FRESH_MS
  const taints = call.screened !== undefined && call.screened.shown.marked > 0 && isOld(tainted_at)
  const tainted = account_id === null ? { taintAgent: agent_id } : { taintAccount: account_id }
  return { ...(taints && tainted), ...(isOld(last_seen_at) && { seenGrant: grant_id }) }
}
