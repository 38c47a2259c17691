import { sql } from 'kysely'
import { AppError } from '#kernel'
import { type Seat, seatGoverns } from '#policy'
import type { WorkspaceTransaction } from '#store'

/** The account whose session opened the transaction; null in a command on the host. */
export async function actingAccount(tx: WorkspaceTransaction): Promise<string | null> {
  const asked = await sql<{ accountId: string | null }>`select sec.account_id() as "accountId"`.execute(tx)
  return asked.rows[0]?.accountId ?? null
}

/**
 * The seats of members as they are now; they stay so to the end of the transaction. The door told them at the start, and
 * they may have been lowered while this transaction waited. Who is no member any more has none.
 */
export async function heldSeats(tx: WorkspaceTransaction, accountIds: readonly string[]): Promise<Map<string, Seat>> {
  const members = await tx
    .selectFrom('tillgate.members')
    .select(['account_id', 'seat'])
    .where('account_id', 'in', accountIds)
    .where('removed_at', 'is', null)
    .orderBy('account_id')
    .forShare()
    .execute()
  return new Map(members.map(({ account_id, seat }) => [account_id, seat]))
}

/** As `heldSeats`, of one member. Throws AppError `not_allowed` for who is no member any more. */
export async function heldSeat(tx: WorkspaceTransaction, accountId: string): Promise<Seat> {
  const seat = (await heldSeats(tx, [accountId])).get(accountId)
  if (seat === undefined) throw new AppError('not_allowed', 'This account is no member of the workspace any more.')
  return seat
}

/** Nobody reaches above the own seat; the operator of the host has none and reaches all. Throws AppError `not_allowed`. */
export async function refuseAboveOwnSeat(tx: WorkspaceTransaction, seats: readonly Seat[]): Promise<void> {
  const accountId = await actingAccount(tx)
  if (accountId === null) return
  const own = await heldSeat(tx, accountId)
  if (seats.every((seat) => seatGoverns(own, seat))) return
  throw new AppError('not_allowed', 'Nobody changes, removes or gives a seat above the own one; ask an owner.')
}
