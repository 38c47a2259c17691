import { sql } from 'kysely'
import { AppError } from '#kernel'
import { SEATS, type Seat } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { actingAccount, refuseAboveOwnSeat } from './acting-seat.ts'
import { endAgentsOfMember, narrowGrantsOfMember } from './member-stops.ts'
import { withdrawInvitationsOf } from './open-invitations.ts'

/** A person in the workspace. */
export type Member = {
  readonly accountId: string
  /** As the account had them when it joined. */
  readonly email: string
  readonly name: string
  readonly seat: Seat
  readonly createdBy: string
  readonly createdAt: Date
  readonly removedAt: Date | null
  readonly removedBy: string | null
}

type NewMember = {
  readonly workspaceId: string
  readonly accountId: string
  readonly email: string
  readonly name: string
  readonly seat: Seat
  /** `account:<id>` or `operator:<os user>`. */
  readonly by: string
}

/** Every member that the workspace has had, the live ones first, by e-mail address. */
export async function listMembers(tx: WorkspaceTransaction): Promise<Member[]> {
  return tx
    .selectFrom('tillgate.members')
    .select(['account_id as accountId', 'email', 'name', 'seat', 'created_by as createdBy', 'created_at as createdAt'])
    .select(['removed_at as removedAt', 'removed_by as removedBy'])
    .orderBy(sql`removed_at is not null`)
    .orderBy('email')
    .execute()
}

/** Adds a member, also one that was removed before. Throws AppError `invalid_arguments` for one that is live. */
export async function addMember(tx: WorkspaceTransaction, member: NewMember): Promise<void> {
  const joined = { seat: member.seat, email: member.email, name: member.name, created_by: member.by }
  const added = await tx
    .insertInto('tillgate.members')
    .values({ workspace_id: member.workspaceId, account_id: member.accountId, ...joined })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'account_id'])
        .doUpdateSet({ ...joined, created_at: new Date(), removed_at: null, removed_by: null })
        .where('tillgate.members.removed_at', 'is not', null),
    )
    .returning('account_id')
    .executeTakeFirst()
  if (added) return
  throw new AppError('invalid_arguments', 'This person is a member of the workspace already.', { field: 'email' })
}

/**
 * Gives a member another seat, and takes from the member's grants what the new seat does not give. A person changes no
 * seat above the own one. Throws AppError `not_found`, and `not_allowed`, also for the last owner.
 */
export async function changeSeat(
  tx: WorkspaceTransaction,
  { accountId, seat }: { accountId: string; seat: Seat },
): Promise<void> {
  if (!SEATS.includes(seat)) throw new AppError('invalid_arguments', 'There is no such seat.', { field: 'seat' })
  const { member, isLastOwner } = await lockMember(tx, accountId)
  await refuseAboveOwnSeat(tx, [member.seat, seat])
  if (isLastOwner && seat !== 'owner') throw lastOwner()
  await tx.updateTable('tillgate.members').set({ seat }).where('account_id', '=', accountId).execute()
  await narrowGrantsOfMember(tx, { accountId, seat })
}

/**
 * Ends a member with all grants and agents of theirs, and withdraws the invitations that they could come back by. A person
 * removes nobody above the own seat, and may always leave. Gives the ids of all grants, whose tokens the caller ends after
 * the commit. Throws AppError `not_found`, and `not_allowed`, also for the last owner.
 */
export async function removeMember(
  tx: WorkspaceTransaction,
  { accountId, by }: { accountId: string; by: string },
): Promise<{ grantIds: string[] }> {
  const { member, isLastOwner } = await lockMember(tx, accountId)
  if ((await actingAccount(tx)) !== accountId) await refuseAboveOwnSeat(tx, [member.seat])
  if (isLastOwner) throw lastOwner()
  await tx
    .updateTable('tillgate.members')
    .set({ removed_at: new Date(), removed_by: by })
    .where('account_id', '=', accountId)
    .execute()
  await withdrawInvitationsOf(tx, { accountId, email: member.email })
  return { grantIds: await endAgentsOfMember(tx, { accountId, by }) }
}

/**
 * Locks the owners, the member and who acts, in one order everywhere: two owners who lower each other do it one after the
 * other, and the second finds what the first has done.
 */
async function lockMember(tx: WorkspaceTransaction, accountId: string) {
  const locked = await tx
    .selectFrom('tillgate.members')
    .select(['account_id as accountId', 'seat', 'email'])
    .where('removed_at', 'is', null)
    .where((column) =>
      column.or([
        column('seat', '=', 'owner'),
        column('account_id', '=', accountId),
        column('account_id', '=', sql<string>`sec.account_id()`),
      ]),
    )
    .orderBy('account_id')
    .forUpdate()
    .execute()
  const member = locked.find((each) => each.accountId === accountId)
  if (!member) throw noSuchMember()
  const others = locked.filter((each) => each.seat === 'owner' && each.accountId !== accountId)
  return { member, isLastOwner: member.seat === 'owner' && others.length === 0 }
}

/** The live member with this e-mail address. Throws AppError `not_found`. */
export async function memberByEmail(tx: WorkspaceTransaction, email: string): Promise<Member> {
  const members = await listMembers(tx)
  const wanted = email.trim().toLowerCase()
  const found = members.find((member) => member.removedAt === null && member.email === wanted)
  if (!found) throw noSuchMember()
  return found
}

function noSuchMember(): AppError {
  return new AppError('not_found', 'There is no such member in the workspace.', { field: 'member' })
}

function lastOwner(): AppError {
  return new AppError('not_allowed', 'This is the last owner of the workspace: make somebody else an owner first.')
}
