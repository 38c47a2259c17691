import { toolNamed } from '#commerce'
import { authorise as decide } from '#policy'
import { type Call, NotGranted, UnlistedTool } from '../call.ts'
import type { World } from '../world.ts'

/** token ∩ grant ∩ role, as all three are now. What is outside the role does not exist for the caller. */
export function authorise(call: Call, world: World): void {
  const { entry, role } = call.visitor
  const tool = toolNamed(call.toolName)
  if (!tool) throw new UnlistedTool('there is no such tool')
  call.tool = tool
  const caller = { role, grantScopes: entry.grant_scopes, tokenScopes: entry.token_scopes.split(' ') }
  const decision = decide(caller, tool)
  switch (decision.kind) {
    case 'allow':
      return
    case 'unlisted':
      throw new UnlistedTool('the tool is outside the role')
    case 'insufficient_scope':
      throw new NotGranted(decision.missing, `${world.base}/console/agents/${entry.agent_id}`)
  }
}
