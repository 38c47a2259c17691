import {
  changeSeat,
  endTokensOfGrants,
  inviteMember,
  listMembers,
  type Member,
  removeMember,
  withdrawInvitation,
} from '#identity'
import { AppError } from '#kernel'
import { type Seat, seatGoverns } from '#policy'
import { recordAct } from '../record.ts'
import { visibleText } from '../visible-text.ts'
import { byOf } from './agent-acts.ts'
import { notHere } from './errors.ts'
import { id } from './valid.ts'
import type { ApiVisit } from './visit.ts'

type Invited = { readonly kind: 'mailed' } | { readonly kind: 'link'; readonly link: string }

/**
 * Invites an address. With a mailer only the mailbox sees the link. Without one it is shown once, and only for an address
 * that has no account yet: for one that has, the link would let the admin see who else uses this Tillgate.
 */
export async function invite(visit: ApiVisit, asked: { email: string; seat: Seat }): Promise<Invited> {
  const { world, person } = visit
  const email = asked.email.trim().toLowerCase()
  if (!seatGoverns(person.seat, asked.seat)) throw aboveOwn()
  await refuseKnown(visit, email)
  const invitation = { workspaceId: person.workspaceId, email, seat: asked.seat, by: byOf(visit) }
  const { invitationId, token } = await inviteMember(visit.tx, invitation)
  await recordAct(visit, { action: 'member.invite', subject: invitationId })
  const link = `${world.base}/console/invitation/${token.reveal()}`
  const { mailer } = world
  if (mailer === undefined) return { kind: 'link', link }
  visit.afterCommit(() => mailer.send({ to: email, ...letter(visit, link) }))
  return { kind: 'mailed' }
}

async function refuseKnown({ world }: ApiVisit, email: string): Promise<void> {
  if (world.mailer !== undefined || (await world.login.accountByEmail(email)) === undefined) return
  const sentence =
    'This address has an account already, and without mail its link cannot be shown here: ask the operator to run tillgate member invite.'
  throw new AppError('invalid_arguments', sentence, { field: 'email' })
}

function letter({ person }: ApiVisit, link: string): { subject: string; text: string } {
  const name = visibleText(person.name)
  return {
    subject: `Invitation to ${name}`,
    text: `${person.email} invites you to the workspace ${name} in Tillgate.

Open this link within 7 days; it works once:
${link}

If you do not know what this is about, do nothing.
`,
  }
}

type Done = { readonly done: true }

/** Gives a member another seat; nobody reaches above the own one. */
export async function setSeat(visit: ApiVisit, accountId: string, seat: Seat): Promise<Done> {
  const { person, tx } = visit
  const member = await memberOf(visit, accountId)
  if (!(seatGoverns(person.seat, member.seat) && seatGoverns(person.seat, seat))) throw aboveOwn()
  await changeSeat(tx, { accountId: member.accountId, seat })
  await recordAct(visit, { action: 'member.seat', subject: member.accountId })
  return { done: true }
}

/** Of another by whoever governs that seat, of oneself always. Agents of the member stop with it. */
export async function remove(visit: ApiVisit, accountId: string): Promise<Done & { readonly left: boolean }> {
  const { person, world, tx } = visit
  const member = await memberOf(visit, accountId)
  const left = member.accountId === person.accountId
  if (!left && !seatGoverns(person.seat, member.seat)) throw aboveOwn()
  const { grantIds } = await removeMember(tx, { accountId: member.accountId, by: byOf(visit) })
  visit.afterCommit(() => recordAct(visit, { action: 'member.remove', subject: member.accountId }))
  visit.afterCommit(() => endTokensOfGrants(world.authPool, grantIds))
  return { done: true, left }
}

/** An invitation that is withdrawn opens nothing any more. */
export async function withdraw(visit: ApiVisit, invitationId: string): Promise<Done> {
  if (!id.safeParse(invitationId).success) throw notHere()
  await withdrawInvitation(visit.tx, invitationId)
  visit.afterCommit(() => recordAct(visit, { action: 'member.withdraw', subject: invitationId }))
  return { done: true }
}

async function memberOf({ tx }: ApiVisit, accountId: string): Promise<Member> {
  const members = await listMembers(tx)
  const found = members.find((member) => member.removedAt === null && member.accountId === accountId)
  if (!found) throw notHere()
  return found
}

function aboveOwn(): AppError {
  return new AppError('not_allowed', 'Nobody changes, removes or gives a seat above the own one; ask an owner.')
}
