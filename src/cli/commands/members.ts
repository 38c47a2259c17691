import { changeSeat, endTokensOfGrants, listMembers, type Member, memberByEmail, removeMember } from '#identity'
import { SEATS, type Seat } from '#policy'
import { type Command, textOption, UsageError, workspaceOption } from '../command.ts'
import { asOperator, inChosenWorkspace, withInstance } from '../with-instance.ts'

export const memberList: Command = {
  name: 'member list',
  about: 'lists the members of a workspace with their seats',
  usage: '[--workspace SLUG]',
  words: { min: 0, max: 0 },
  options: workspaceOption,
  run: ({ config, values }) =>
    withInstance(config, async (instance) => {
      const { members } = await inChosenWorkspace(instance, textOption({ values }, 'workspace'), async (tx) => ({
        members: await listMembers(tx),
      }))
      return {
        text:
          members.map(describe).join('\n') ||
          'There are no members yet; invite one with: tillgate member invite EMAIL --seat owner',
        json: { members: members.map(forPrograms) },
      }
    }),
}

export const memberSeat: Command = {
  name: 'member seat',
  about: 'gives a member another seat',
  usage: 'EMAIL SEAT [--workspace SLUG]',
  words: { min: 2, max: 2 },
  options: workspaceOption,
  run: ({ config, words: [email = '', word = ''], values }) => {
    const seat = seatNamed(word)
    return asOperator(config, async (instance) => {
      const { accountId, workspace } = await inChosenWorkspace(
        instance,
        textOption({ values }, 'workspace'),
        async (tx) => {
          const member = await memberByEmail(tx, email)
          await changeSeat(tx, { accountId: member.accountId, seat })
          return member
        },
      )
      await instance.record({ action: 'member.seat', subject: accountId }, workspace.workspaceId)
      return { text: `${email} has the seat ${seat} now.`, json: { member: { id: accountId, email, seat } } }
    })
  },
}

export const memberRemove: Command = {
  name: 'member remove',
  about: 'removes a member and stops the next call of every agent of theirs',
  usage: 'EMAIL [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: workspaceOption,
  run: ({ config, words: [email = ''], values }) =>
    withInstance(config, async (instance) => {
      const { accountId, grantIds, workspace } = await inChosenWorkspace(
        instance,
        textOption({ values }, 'workspace'),
        async (tx) => {
          const member = await memberByEmail(tx, email)
          return { ...member, ...(await removeMember(tx, { accountId: member.accountId, by: instance.by })) }
        },
      )
      await endTokensOfGrants(instance.database.pools.auth, grantIds)
      await instance.record({ action: 'member.remove', subject: accountId }, workspace.workspaceId)
      return {
        text: `Removed ${email}: the next call of every agent of theirs is refused.`,
        json: { removed: { id: accountId, email } },
      }
    }),
}

/** The seat that a word names. Throws UsageError. */
export function seatNamed(word: string): Seat {
  const seat = SEATS.find((each) => each === word)
  if (seat) return seat
  throw new UsageError(`the seat is one of ${SEATS.join(', ')}`)
}

function describe({ email, name, seat, removedAt }: Member): string {
  return `${email.padEnd(30)} ${seat.padEnd(9)} ${name}${removedAt ? `  removed ${removedAt.toISOString()}` : ''}`
}

function forPrograms({ accountId: id, email, name, seat, createdAt, removedAt }: Member) {
  return { id, email, name, seat, created_at: createdAt, removed_at: removedAt }
}
