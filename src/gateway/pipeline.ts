import { type AppError, toAppError } from '#kernel'
import { type Call, Reasoned, StepUp, UnlistedTool, type Visitor } from './call.ts'
import { type Reply, success, toolError } from './reply.ts'
import { steps } from './steps/index.ts'
import { type Outcome, write } from './steps/record.ts'
import type { World } from './world.ts'

/** One `tools/call` as it came in. */
export type Asked = {
  readonly request: string
  readonly visitor: Visitor
  readonly toolName: string
  readonly arguments: unknown
  /** Milliseconds that the authentication took. */
  readonly authenticateMs: number
}

/** Takes a call through the steps. Every end, the refused ones too, leaves a record before the reply. */
export async function runCall(asked: Asked, world: World): Promise<Reply> {
  const call: Call = {
    request: asked.request,
    visitor: asked.visitor,
    toolName: asked.toolName,
    rawArguments: asked.arguments,
    startedAt: world.clock(),
    spent: { authenticate: asked.authenticateMs },
    step: 'authenticate',
  }
  try {
    for (const { name, check } of steps) {
      call.step = name
      const from = performance.now()
      await check(call, world)
      call.spent[name] = Math.round((performance.now() - from) * 100) / 100
    }
    tell(call, world, { outcome: 'ok' })
    return success(call, world)
  } catch (thrown) {
    return await refuse(call, world, thrown)
  } finally {
    call.release?.()
  }
}

async function refuse(call: Call, world: World, thrown: unknown): Promise<Reply> {
  if (thrown instanceof UnlistedTool) {
    await recordRefusal(call, world, { outcome: 'refused', code: 'unlisted', reason: thrown.message })
    return { kind: 'unknown_tool' }
  }
  const error = toAppError(thrown)
  if (error.code === 'internal' || error.code === 'unavailable') world.onMistake(error)
  const reply = toolError(error, await recordRefusal(call, world, outcomeOf(error)))
  return error instanceof StepUp ? { kind: 'step_up', scopes: error.scopes, result: reply.result } : reply
}

/** What comes too often is folded into one record a minute; where no record can be written now, it is counted for later. */
async function recordRefusal(call: Call, world: World, outcome: Outcome): Promise<number | undefined> {
  const record = await writeUnlessFolded(call, world, outcome)
  if (record === undefined) {
    world.refusals.count(call.visitor.entry.workspace_id, {
      step: call.step,
      reason: outcome.code ?? outcome.outcome,
      agent: call.visitor.entry.agent_id,
    })
  }
  tell(call, world, outcome, record)
  return record
}

async function writeUnlessFolded(call: Call, world: World, outcome: Outcome): Promise<number | undefined> {
  if (outcome.code === 'rate_limited' || (outcome.code === 'unavailable' && call.step === 'record')) return undefined
  try {
    return (await write(call, world, outcome)).record
  } catch (error) {
    world.onMistake(error)
    return undefined
  }
}

const FAILURES = new Set<string>(['store_unavailable', 'store_timeout', 'store_bad_answer', 'unavailable', 'internal'])

/** Characters of a cause that are kept. */
const CAUSE_MAX = 500

function outcomeOf(error: AppError): Outcome {
  return {
    outcome: FAILURES.has(error.code) ? 'failed' : 'refused',
    code: error.code,
    ...(error instanceof Reasoned && { reason: error.reason }),
    ...(error.cause instanceof Error && { cause: error.cause.message.slice(0, CAUSE_MAX) }),
  }
}

function tell(call: Call, world: World, outcome: Outcome, record = call.receipt?.record): void {
  const { entry } = call.visitor
  world.onCall({
    workspace: entry.slug,
    tool: call.tool?.name ?? '(unknown)',
    store: call.store?.handle,
    outcome: outcome.outcome,
    code: outcome.code,
    record,
    ms: world.clock() - call.startedAt,
  })
}
