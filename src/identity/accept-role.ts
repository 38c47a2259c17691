import type { Scope } from '#commerce'
import { AppError } from '#kernel'
import { type Seat, seatGives, seatMay } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { actingAccount, heldSeats } from './acting-seat.ts'
import { noSuchGrant } from './grants.ts'
import { parseRole } from './role-of.ts'

/**
 * Lets a version of a grant's role take effect for it: what the role has gained is added to its scopes, as far as the seat
 * of the member who gave it allows. A person accepts for an own grant, an admin for every one. Throws AppError `not_found`,
 * `not_allowed`, and `invalid_arguments` where `version`, which was looked at, is not the newest any more.
 */
export async function acceptRole(
  tx: WorkspaceTransaction,
  { grantId, version }: { grantId: string; version: number },
): Promise<void> {
  const seat = await seatBehind(tx, await accountOfGrant(tx, grantId))
  const grant = await lockGrant(tx, grantId)
  if (grant.roleVersion !== version) throw changedMeanwhile()
  const accepted = parseRole(grant.acceptedDefinition)
  const isGiven = (scope: Scope) => grant.scopes.includes(scope) || !accepted.scopes.includes(scope)
  const scopes = parseRole(grant.roleDefinition).scopes.filter(
    (scope) => isGiven(scope) && (seat === null || seatGives(seat, scope)),
  )
  await tx
    .updateTable('tillgate.grants')
    .set({ accepted_version: version, scopes })
    .where('grant_id', '=', grantId)
    .execute()
}

/** Members are locked before grants, everywhere. */
async function accountOfGrant(tx: WorkspaceTransaction, grantId: string): Promise<string | null> {
  const grant = await tx
    .selectFrom('tillgate.grants')
    .select('account_id')
    .where('grant_id', '=', grantId)
    .executeTakeFirst()
  if (!grant) throw noSuchGrant()
  return grant.account_id
}

/** The seat that limits the grant; null for that of a machine agent. Throws AppError `not_allowed` for a person who may not accept. */
async function seatBehind(tx: WorkspaceTransaction, owner: string | null): Promise<Seat | null> {
  const actor = await actingAccount(tx)
  const seats = await heldSeats(
    tx,
    [owner, actor].filter((id) => id !== null),
  )
  const acting = actor === null ? undefined : seats.get(actor)
  const isAllowed = actor === null || actor === owner || (acting !== undefined && seatMay(acting, 'manage_roles'))
  if (!isAllowed) throw new AppError('not_allowed', 'Only an owner or admin may accept this for another.')
  if (owner === null) return null
  const seat = seats.get(owner)
  if (seat === undefined) throw noSuchGrant()
  return seat
}

async function lockGrant(tx: WorkspaceTransaction, grantId: string) {
  const grant = await tx
    .selectFrom('tillgate.grants as g')
    .innerJoin('tillgate.roles as r', 'r.role_id', 'g.role_id')
    .innerJoin('tillgate.role_versions as v', (join) =>
      join.onRef('v.role_id', '=', 'g.role_id').onRef('v.version', '=', 'g.accepted_version'),
    )
    .select(['g.scopes', 'r.version as roleVersion', 'r.definition as roleDefinition'])
    .select('v.definition as acceptedDefinition')
    .where('g.grant_id', '=', grantId)
    .where('g.revoked_at', 'is', null)
    .forUpdate('g')
    .executeTakeFirst()
  if (!grant) throw noSuchGrant()
  return grant
}

function changedMeanwhile(): AppError {
  return new AppError('invalid_arguments', 'The role was changed again meanwhile; go back and look once more.')
}
