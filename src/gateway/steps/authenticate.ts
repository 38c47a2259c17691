import { STORE_HANDLE } from '#commerce'
import { roleOf } from '#identity'
import { isToken, tokenHash } from '#kernel'
import { reachesStore } from '#policy'
import { enterByToken } from '#store'
import type { Visitor } from '../call.ts'
import type { World } from '../world.ts'

/** Who knocks with what: the header, the resource that was asked for, and the parsed message. */
export type Knock = {
  readonly authorization: string | undefined
  readonly resource: string
  readonly message: unknown
  readonly address: string
}

export type Authentication =
  | { readonly kind: 'known'; readonly visitor: Visitor }
  | { readonly kind: 'unknown'; readonly reason: string; readonly workspaceId: string | undefined }

/** Hash of the token -> grant, with everything the call needs, in one committed read on the primary. */
export async function authenticate(knock: Knock, world: World): Promise<Authentication> {
  const token = bearer(knock.authorization)
  if (token === undefined) return unknown(knock.authorization === undefined ? 'no_token' : 'malformed_token')
  const found = await enterByToken(
    world.app,
    { tokenHash: tokenHash(token), resource: knock.resource },
    storeOf(knock.message),
  )
  if (!found) return unknown('unknown_token')
  const { entry, stores } = found
  if (entry.refusal !== null) return unknown(entry.refusal, entry.workspace_id)
  const role = roleOf(entry)
  const reached = stores.filter(({ handle }) => reachesStore(role, handle))
  return { kind: 'known', visitor: { entry, role, stores: reached, address: knock.address } }
}

function unknown(reason: string, workspaceId?: string): Authentication {
  return { kind: 'unknown', reason, workspaceId }
}

/** RFC 6750 §2.1; the checksum turns typing mistakes away without a read. */
function bearer(authorization: string | undefined): string | undefined {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  return token !== undefined && (isToken(token, 'at') || isToken(token, 'key')) ? token : undefined
}

/** The store handle of a tool call, so that the same round trip can read that store. Null reads all of the grant. */
function storeOf(message: unknown): string | null {
  const handle = member(member(member(message, 'params'), 'arguments'), 'store')
  return typeof handle === 'string' && STORE_HANDLE.test(handle) ? handle : null
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
