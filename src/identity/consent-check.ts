import type { Scope } from '#commerce'
import { AppError } from '#kernel'
import { reachesStore, type Seat, seatGives } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { noSuchRole, type Role, readRole } from './roles.ts'
import { listStoresIn } from './stores.ts'

/** What a person allows a client. */
export type Consent = {
  readonly clientId: string
  readonly clientName: string
  /** Name of the role. */
  readonly role: string
  /** The version of the role that was looked at; whichever is the newest unless given. */
  readonly roleVersion?: number
  /** Handles of the stores. */
  readonly stores: readonly string[]
  readonly scopes: readonly Scope[]
  readonly expiresDays: number
  /** The live grant that it takes the place of; a new one unless given. */
  readonly grantId?: string
}

const DAYS_MAX = 365
const DAY_MS = 86_400_000

/** What the grant will have, where role, seat and stores allow it. Throws AppError `invalid_arguments` with the field. */
export async function checkConsent(tx: WorkspaceTransaction, consent: Consent, seat: Seat) {
  const role = await readRole(tx, consent.role)
  if (!role) throw noSuchRole()
  if (consent.roleVersion !== undefined && consent.roleVersion !== role.version) {
    throw refused('role', 'The role was changed while you looked at it; this is what it is now. Look once more.')
  }
  await refuseStores(tx, role, consent.stores)
  return {
    role_id: role.roleId,
    accepted_version: role.version,
    scopes: scopesWithin(role, seat, consent.scopes),
    expires_at: endOf(role, consent.expiresDays),
  }
}

function scopesWithin({ definition }: Role, seat: Seat, asked: readonly Scope[]): Scope[] {
  const given = definition.scopes.filter((scope) => seatGives(seat, scope))
  if (!asked.every((scope) => given.includes(scope))) {
    throw refused('scope', 'Your seat cannot give all of this in this role; leave out what it cannot.')
  }
  if (asked.length === 0) throw refused('scope', 'Choose at least one thing that the agent may do.')
  return given.filter((scope) => asked.includes(scope))
}

async function refuseStores(tx: WorkspaceTransaction, { definition }: Role, asked: readonly string[]): Promise<void> {
  if (asked.length === 0) throw refused('store', 'Choose at least one store.')
  const stores = await listStoresIn(tx)
  const connected = stores.filter(({ disconnectedAt }) => disconnectedAt === null).map(({ handle }) => handle)
  if (!asked.every((handle) => connected.includes(handle))) {
    throw refused('store', 'One of these stores is not connected to this workspace.')
  }
  if (!asked.every((handle) => reachesStore(definition, handle))) {
    throw refused('store', 'This role does not reach all of these stores; leave out those that it does not.')
  }
}

function endOf({ definition }: Role, days: number): Date {
  const longest = definition.expires_days ?? DAYS_MAX
  if (Number.isInteger(days) && days >= 1 && days <= longest) return new Date(Date.now() + days * DAY_MS)
  throw refused('days', `Choose for how long: 1 to ${longest} days.`)
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
