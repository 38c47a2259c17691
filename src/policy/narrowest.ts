import { PERSONAL_TREATMENTS, type RoleDefinition, STRANGERS_TEXT_TREATMENTS } from './role.ts'
import { type Seat, seatGives } from './seats.ts'

/** The widest role that allows nothing which either of the two does not. It may have no scope and no store left. */
export function narrowest(a: RoleDefinition, b: RoleDefinition): RoleDefinition {
  const days = shorter(a.expires_days, b.expires_days)
  return {
    scopes: a.scopes.filter((scope) => b.scopes.includes(scope)),
    personal: stricter(PERSONAL_TREATMENTS, a.personal, b.personal),
    strangers_text: stricter(STRANGERS_TEXT_TREATMENTS, a.strangers_text, b.strangers_text),
    limits: {
      per_second: Math.min(a.limits.per_second, b.limits.per_second),
      burst: Math.min(a.limits.burst, b.limits.burst),
      concurrency: Math.min(a.limits.concurrency, b.limits.concurrency),
    },
    stores: storesOfBoth(a.stores, b.stores),
    ...(days !== undefined && { expires_days: days }),
  }
}

/** What decides over a grant's role at this moment. */
export type RoleNow = {
  readonly current: RoleDefinition
  /** The definition that was accepted for the grant, where it is not the current one. */
  readonly accepted?: RoleDefinition | undefined
  /** Of the member who gave the grant; a machine agent has none, and no limit by it. */
  readonly seat: Seat | null
}

/** The role as a grant has it now: nothing that was not accepted, nothing that the role has lost, nothing that the seat does not give. */
export function effectiveRole({ current, accepted = current, seat }: RoleNow): RoleDefinition {
  const role = narrowest(current, accepted)
  return seat === null ? role : { ...role, scopes: role.scopes.filter((scope) => seatGives(seat, scope)) }
}

function stricter<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) <= order.indexOf(b) ? a : b
}

function shorter(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

function storesOfBoth(a: RoleDefinition['stores'], b: RoleDefinition['stores']): RoleDefinition['stores'] {
  if (a === 'all' || b === 'all') return a === 'all' ? b : a
  return a.filter((handle) => b.includes(handle))
}
