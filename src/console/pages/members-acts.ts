import { changeSeat, endTokensOfGrants, listMembers, type Member, removeMember, withdrawInvitation } from '#identity'
import { AppError } from '#kernel'
import { SEATS, type Seat, seatGoverns } from '#policy'
import { recordAct } from '../record.ts'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { notHere } from './error.ts'
import { backTo, byOf } from './workspace-frame.ts'

/** POST …/members/:account/seat. */
export async function setSeat(visit: WorkspaceVisit): Promise<Reply> {
  const { person, form, tx } = visit
  const member = await memberOf(visit)
  if (!member) return notHere()
  const seat = seatNamed(form.text('seat'))
  if (!(seatGoverns(person.seat, member.seat) && seatGoverns(person.seat, seat))) throw aboveOwn()
  await changeSeat(tx, { accountId: member.accountId, seat })
  await recordAct(visit, { action: 'member.seat', subject: member.accountId })
  return backTo(visit, ['members'], 'seat_changed')
}

/** POST …/members/:account/remove: of another by whoever governs that seat, of oneself always. Agents of the member stop with it. */
export async function remove(visit: WorkspaceVisit): Promise<Reply> {
  const { person, world, tx } = visit
  const member = await memberOf(visit)
  if (!member) return notHere()
  const isSelf = member.accountId === person.accountId
  if (!isSelf && !seatGoverns(person.seat, member.seat)) throw aboveOwn()
  const { grantIds } = await removeMember(tx, { accountId: member.accountId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'member.remove', subject: member.accountId }))
  visit.afterCommit(() => endTokensOfGrants(world.authPool, grantIds))
  return isSelf ? { kind: 'redirect', to: '/console' } : backTo(visit, ['members'], 'removed')
}

/** POST …/invitations/:id/withdraw. */
export async function withdraw(visit: WorkspaceVisit): Promise<Reply> {
  const invitationId = visit.params.invitation ?? ''
  await withdrawInvitation(visit.tx, invitationId)
  visit.afterCommit(() => recordAct(visit, { action: 'member.withdraw', subject: invitationId }))
  return backTo(visit, ['members'], 'withdrawn')
}

async function memberOf({ tx, params }: WorkspaceVisit): Promise<Member | undefined> {
  const members = await listMembers(tx)
  return members.find(({ accountId, removedAt }) => removedAt === null && accountId === params.account)
}

/** The seat that a form names. Throws AppError `invalid_arguments`. */
export function seatNamed(word: string): Seat {
  const seat = SEATS.find((each) => each === word)
  if (seat === undefined) throw new AppError('invalid_arguments', 'Choose one of the seats.', { field: 'seat' })
  return seat
}

export function aboveOwn(): AppError {
  return new AppError('not_allowed', 'Nobody changes, removes or gives a seat above the own one; ask an owner.')
}
