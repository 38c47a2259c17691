import type { Scope, Tool } from '#commerce'
import type { RoleDefinition } from './role.ts'

/** What is known of the caller when a tool is asked for. */
export type Caller = {
  /** As it is in effect for the grant now. */
  readonly role: Pick<RoleDefinition, 'scopes'>
  readonly grantScopes: readonly string[]
  readonly tokenScopes: readonly string[]
  /** In quarantine an agent may only read, and open nothing that is closed. */
  readonly quarantined: boolean
}

export type Authorisation =
  | { readonly kind: 'allow' }
  /** Outside the role: for this caller the tool does not exist. */
  | { readonly kind: 'unlisted' }
  | { readonly kind: 'quarantined' }
  /** In the role, but the grant or the token is narrower. */
  | { readonly kind: 'insufficient_scope'; readonly missing: Scope; readonly narrowedBy: 'grant' | 'token' }

type Asked = Pick<Tool, 'scope' | 'effect'>

/** May this caller use this tool now? The answer is token ∩ grant ∩ role as all three are at this moment, less in quarantine. */
export function authorise(caller: Caller, tool: Asked): Authorisation {
  if (!caller.role.scopes.includes(tool.scope)) return { kind: 'unlisted' }
  if (caller.quarantined && !isHarmless(tool)) return { kind: 'quarantined' }
  if (!caller.grantScopes.includes(tool.scope)) {
    return { kind: 'insufficient_scope', missing: tool.scope, narrowedBy: 'grant' }
  }
  if (!caller.tokenScopes.includes(tool.scope)) {
    return { kind: 'insufficient_scope', missing: tool.scope, narrowedBy: 'token' }
  }
  return { kind: 'allow' }
}

/** What an agent in quarantine may still do: read, and no tool that shows in clear what is closed to others. */
function isHarmless({ effect, scope }: Asked): boolean {
  return effect === 'read' && !scope.endsWith(':reveal')
}

/** The tools that a caller is shown, in the catalogue's order. `supported` says which tools the grant's stores can do. */
export function listedTools<T extends Asked & Pick<Tool, 'name' | 'onStore'>>(
  { role, quarantined }: Pick<Caller, 'role' | 'quarantined'>,
  catalogue: readonly T[],
  supported: ReadonlySet<string>,
): T[] {
  return catalogue.filter(
    (tool) =>
      role.scopes.includes(tool.scope) &&
      (!tool.onStore || supported.has(tool.name)) &&
      (!quarantined || isHarmless(tool)),
  )
}
