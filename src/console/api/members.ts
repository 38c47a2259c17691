import { Hono } from 'hono'
import { z } from 'zod'
import { countGrants, type InvitationSummary, listInvitations, listMembers, type Member } from '#identity'
import { SEATS, seatGoverns, seatMay } from '#policy'
import { visibleText } from '../visible-text.ts'
import { seatWords } from '../who-words.ts'
import { invite, remove, setSeat, withdraw } from './member-acts.ts'
import { seat } from './seat.ts'
import { body } from './valid.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'

const anySeat = z.enum(SEATS)

/** Who may do what here, and who is invited. */
export const membersApi = new Hono<ApiEnv>()
  .get('/', seat('member'), async (c) => c.json(await members(c.var.visit)))
  .post(
    '/invite',
    seat('fresh_member', 'manage_members'),
    body({ email: z.string().max(254), seat: anySeat }),
    async (c) => {
      return c.json(await invite(c.var.visit, c.req.valid('json')))
    },
  )
  .post('/:account/seat', seat('fresh_member', 'manage_members'), body({ seat: anySeat }), async (c) => {
    return c.json(await setSeat(c.var.visit, c.req.param('account'), c.req.valid('json').seat))
  })
  .post('/:account/remove', seat('member'), async (c) => c.json(await remove(c.var.visit, c.req.param('account'))))
  .post('/invitations/:invitation/withdraw', seat('member', 'manage_members'), async (c) => {
    return c.json(await withdraw(c.var.visit, c.req.param('invitation')))
  })

async function members({ tx, person, world }: ApiVisit) {
  const manages = seatMay(person.seat, 'manage_members')
  const live = (await listMembers(tx)).filter(({ removedAt }) => removedAt === null)
  const grants = await countGrants(tx, 'account')
  const open = manages ? (await listInvitations(tx)).filter((each) => isOpen(each, world.clock())) : []
  return {
    members: live.map((member) => ({
      ...memberLine(member),
      isSelf: member.accountId === person.accountId,
      isGoverned: member.accountId !== person.accountId && seatGoverns(person.seat, member.seat),
      agents: grants.get(member.accountId) ?? 0,
    })),
    invitations: open.map(({ invitationId, email, seat: invited, expiresAt }) => {
      return { id: invitationId, email: visibleText(email), seat: invited, expiresAt }
    }),
    seats: SEATS.map((each) => ({ seat: each, ...seatWords[each], mayGive: seatGoverns(person.seat, each) })),
    /** Whether invitations go out by mail; else their link is shown once. */
    mails: world.mailer !== undefined,
  }
}

function memberLine({ accountId, name, email, seat: held, createdAt }: Member) {
  return { id: accountId, name: visibleText(name), email: visibleText(email), seat: held, since: createdAt }
}

function isOpen({ acceptedAt, withdrawnAt, expiresAt }: InvitationSummary, now: number): boolean {
  return acceptedAt === null && withdrawnAt === null && expiresAt.getTime() > now
}
