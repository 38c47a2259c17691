import type { Rate } from '#policy'
import type { Call } from '../call.ts'
import type { World } from '../world.ts'

/** All agents of one workspace together. */
const WORKSPACE_RATE: Rate = { perSecond: 5_000, burst: 10_000 }

/** Rate per agent and workspace, and how many calls of the agent run at once. The limits are part of the role. */
export function limit(call: Call, world: World): void {
  const { entry, role } = call.visitor
  const { per_second: perSecond, burst, concurrency } = role.limits
  world.limiter.take(`agent:${entry.agent_id}`, { perSecond, burst })
  world.limiter.take(`workspace:${entry.workspace_id}`, WORKSPACE_RATE)
  call.release = world.limiter.occupy(entry.agent_id, concurrency)
}
