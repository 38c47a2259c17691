import { html } from 'hono/html'
import { type InvitationSummary, listInvitations, listMembers, type Member } from '#identity'
import type { AppError } from '#kernel'
import { SEATS, type Seat, seatGoverns, seatMay } from '#policy'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { doneNotice } from './done.ts'
import type { Html } from './layout.ts'
import { seatWords } from './members-words.ts'
import { actButton, describedBy, fieldError, hidden, otherError } from './parts.ts'
import { table } from './table.ts'
import { when } from './when.ts'
import { within, workspacePage } from './workspace-frame.ts'

/** GET /w/:workspace/members: who may do what here. */
export function showMembers(visit: WorkspaceVisit): Promise<Reply> {
  return membersPage(visit)
}

/** What the invite form was sent with, to be shown again. */
export type Invite = { readonly email: string; readonly seat: string; readonly error: AppError }

export async function membersPage(visit: WorkspaceVisit, invite?: Invite): Promise<Reply> {
  const { tx, person } = visit
  const members = (await listMembers(tx)).filter(({ removedAt }) => removedAt === null)
  const manages = seatMay(person.seat, 'manage_members')
  const invitations = manages ? (await listInvitations(tx)).filter((each) => isOpen(each, visit.world.clock())) : []
  const body = html`${doneNotice(visit)}<section class="card wide"><h1>Members</h1>${membersTable(visit, members)}</section>
${manages ? inviteForm(visit, invite) : ''}
${invitations.length === 0 ? '' : invitationsTable(visit, invitations)}`
  return workspacePage(visit, { title: 'Members', at: 'members', body, ...(invite && { status: 400 }) })
}

function isOpen({ acceptedAt, withdrawnAt, expiresAt }: InvitationSummary, now: number): boolean {
  return acceptedAt === null && withdrawnAt === null && expiresAt.getTime() > now
}

function membersTable(visit: WorkspaceVisit, members: readonly Member[]): Html {
  const now = visit.world.clock()
  return table({
    caption: 'Members',
    rows: members,
    columns: [
      {
        head: 'Name',
        cell: ({ name, accountId }) => html`${visibleText(name)}${isSelf(visit, accountId) ? ' (you)' : ''}`,
      },
      { head: 'E-mail', cell: ({ email }) => visibleText(email) },
      { head: 'Seat', cell: ({ seat }) => html`${seatWords[seat].name} <small>${seatWords[seat].may}</small>` },
      { head: 'Since', cell: ({ createdAt }) => when(createdAt, now) },
      { head: 'Change', cell: (member) => controls(visit, member) },
    ],
  })
}

const isSelf = ({ person }: WorkspaceVisit, accountId: string) => person.accountId === accountId

/** Nobody reaches above the own seat; leaving is everybody's. */
function controls(visit: WorkspaceVisit, member: Member): Html | string {
  if (isSelf(visit, member.accountId)) return folded('Leave', removeForm(visit, member, 'Leave this workspace'))
  if (!seatGoverns(visit.person.seat, member.seat)) return ''
  return folded('Change', html`${seatForm(visit, member)}${removeForm(visit, member, 'Remove')}`)
}

function folded(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`
}

function seatForm(visit: WorkspaceVisit, { accountId, email, seat }: Member): Html {
  return html`<form method="post" action="${within(visit, 'members', accountId, 'seat')}">${hidden('csrf', visit.csrf())}
<p class="field"><label for="seat-${accountId}">Seat<span class="unseen"> of ${email}</span></label>
${seatSelect(visit, `seat-${accountId}`, seat)}</p><p><button class="quiet">Set the seat</button></p></form>`
}

function removeForm(visit: WorkspaceVisit, { accountId, email }: Member, text: string): Html {
  const to = within(visit, 'members', accountId, 'remove')
  const whose = isSelf(visit, accountId) ? 'Your' : 'Their'
  return html`<p class="hint">${whose} agents stop too.</p>
${actButton({ to, csrf: visit.csrf(), text, name: visibleText(email), look: 'danger' })}`
}

function seatSelect({ person }: WorkspaceVisit, id: string, chosen: string): Html {
  const options = SEATS.filter((seat) => seatGoverns(person.seat, seat)).map(
    (seat) => html`<option value="${seat}" ${seat === chosen ? html`selected` : ''}>${seatWords[seat].name}</option>`,
  )
  return html`<select id="${id}" name="seat">${options}</select>`
}

function inviteForm(visit: WorkspaceVisit, invite: Invite | undefined): Html {
  const { email = '', seat = 'viewer' satisfies Seat, error } = invite ?? {}
  return html`<section class="card wide"><h2>Invite somebody</h2>
<form method="post" action="${within(visit, 'members', 'invite')}">${hidden('csrf', visit.csrf())}${otherError(error, ['email', 'seat'])}
<div class="field"><label for="email">E-mail</label>${fieldError(error, 'email')}
<input id="email" name="email" type="email" value="${email}" ${describedBy(error, 'email')} required autocomplete="off"></div>
<div class="field"><label for="seat">Seat</label>${fieldError(error, 'seat')}${seatSelect(visit, 'seat', seat)}</div>
<dl class="facts seats">${SEATS.map((each) => html`<dt>${seatWords[each].name}</dt><dd>${seatWords[each].may}</dd>`)}</dl>
<p><button>Invite</button></p></form></section>`
}

function invitationsTable(visit: WorkspaceVisit, invitations: readonly InvitationSummary[]): Html {
  const now = visit.world.clock()
  const withdraw = ({ invitationId, email }: InvitationSummary) =>
    actButton({
      to: within(visit, 'invitations', invitationId, 'withdraw'),
      csrf: visit.csrf(),
      text: 'Withdraw',
      name: visibleText(email),
    })
  return html`<section class="card wide"><h2>Open invitations</h2>${table({
    caption: 'Open invitations',
    rows: invitations,
    columns: [
      { head: 'E-mail', cell: ({ email }) => visibleText(email) },
      { head: 'Seat', cell: ({ seat }) => seatWords[seat].name },
      { head: 'Ends', cell: ({ expiresAt }) => when(expiresAt, now) },
      { head: 'Stop', cell: withdraw },
    ],
  })}</section>`
}
