import type { Scope, Tool } from '#commerce'
import type { RoleDefinition } from './role.ts'

/** What is known of the caller when a tool is asked for. */
export type Caller = {
  readonly role: RoleDefinition
  readonly grantScopes: readonly string[]
  readonly tokenScopes: readonly string[]
}

export type Authorisation =
  | { readonly kind: 'allow' }
  /** Outside the role: for this caller the tool does not exist. */
  | { readonly kind: 'unlisted' }
  /** In the role, but the grant or the token is narrower. */
  | { readonly kind: 'insufficient_scope'; readonly missing: Scope; readonly narrowedBy: 'grant' | 'token' }

/** May this caller use this tool now? The answer is token ∩ grant ∩ role as all three are at this moment. */
export function authorise(caller: Caller, tool: Pick<Tool, 'scope'>): Authorisation {
  if (!caller.role.scopes.includes(tool.scope)) return { kind: 'unlisted' }
  if (!caller.grantScopes.includes(tool.scope)) {
    return { kind: 'insufficient_scope', missing: tool.scope, narrowedBy: 'grant' }
  }
  if (!caller.tokenScopes.includes(tool.scope)) {
    return { kind: 'insufficient_scope', missing: tool.scope, narrowedBy: 'token' }
  }
  return { kind: 'allow' }
}

/** The tools that a role lists, in the catalogue's order. `supported` says which tools the grant's stores can do. */
export function listedTools<T extends Pick<Tool, 'name' | 'scope' | 'onStore'>>(
  role: Pick<RoleDefinition, 'scopes'>,
  catalogue: readonly T[],
  supported: ReadonlySet<string>,
): T[] {
  return catalogue.filter((tool) => role.scopes.includes(tool.scope) && (!tool.onStore || supported.has(tool.name)))
}
