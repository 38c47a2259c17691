import { SCOPES, type Scope, toolNamed } from '#commerce'
import type { AppError } from '#kernel'
import { authorise as decide } from '#policy'
import { type Call, callerOf, inQuarantine, notGranted, StepUp, UnlistedTool, type Visitor } from '../call.ts'
import type { World } from '../world.ts'

/** token ∩ grant ∩ role, as all three are now. What is outside the role does not exist for the caller. */
export function authorise(call: Call, world: World): void {
  const { visitor } = call
  const tool = toolNamed(call.toolName)
  if (!tool) throw new UnlistedTool('there is no such tool')
  call.tool = tool
  const decision = decide(callerOf(visitor), tool)
  switch (decision.kind) {
    case 'allow':
      return
    case 'unlisted':
      throw new UnlistedTool('the tool is outside the role')
    case 'quarantined':
      throw inQuarantine(agentsPage(visitor, world))
    case 'insufficient_scope':
      throw insufficient(decision.missing, visitor, world)
  }
}

/** A machine agent cannot ask anybody, so it is told who can help; the agent of a member can. */
function insufficient(missing: Scope, visitor: Visitor, world: World): AppError {
  const { agent_kind, token_scopes } = visitor.entry
  if (agent_kind === 'machine') return notGranted(missing, agentsPage(visitor, world))
  const had = token_scopes.split(' ')
  return new StepUp(
    missing,
    SCOPES.filter((scope) => scope === missing || had.includes(scope)),
  )
}

/** Where the admins of the workspace look after its agents. */
function agentsPage({ entry }: Visitor, { base }: World): string {
  return `${base}/console/w/${entry.slug}/agents`
}
