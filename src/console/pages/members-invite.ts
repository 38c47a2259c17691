import { html } from 'hono/html'
import { inviteMember } from '#identity'
import { AppError, type Secret } from '#kernel'
import { seatGoverns } from '#policy'
import { attempt } from '../attempt.ts'
import { recordAct } from '../record.ts'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { membersPage } from './members.ts'
import { aboveOwn, seatNamed } from './members-acts.ts'
import { seatWords } from './members-words.ts'
import { backTo, byOf, within, workspacePage } from './workspace-frame.ts'

/**
 * POST …/members/invite. With a mailer only the mailbox sees the link. Without one it is shown once, and only for an
 * address that has no account yet: for one that has, the link would let the admin see who else uses this Tillgate.
 */
export async function invite(visit: WorkspaceVisit): Promise<Reply> {
  const email = visit.form.text('email').toLowerCase()
  const invited = await attempt(visit.tx, () => inviteTo(visit, email))
  if (invited instanceof AppError) return membersPage(visit, { email, seat: visit.form.text('seat'), error: invited })
  await recordAct(visit, { action: 'member.invite', subject: invited.invitationId })
  const { mailer, base } = visit.world
  const link = `${base}/console/invitation/${invited.token.reveal()}`
  if (mailer === undefined) return linkPage(visit, email, link)
  visit.afterCommit(() => mailer.send({ to: email, ...letter(visit, link) }))
  return backTo(visit, ['members'], 'invited')
}

async function inviteTo(visit: WorkspaceVisit, email: string): Promise<{ invitationId: string; token: Secret }> {
  const { world, person, form, tx } = visit
  const seat = seatNamed(form.text('seat'))
  if (!seatGoverns(person.seat, seat)) throw aboveOwn()
  if (world.mailer === undefined && (await world.login.accountByEmail(email)) !== undefined) {
    const sentence =
      'This address has an account already, and without mail its link cannot be shown here: ask the operator to run tillgate member invite.'
    throw new AppError('invalid_arguments', sentence, { field: 'email' })
  }
  return inviteMember(tx, { workspaceId: person.workspaceId, email, seat, by: byOf(visit) })
}

function letter({ person }: WorkspaceVisit, link: string): { subject: string; text: string } {
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

function linkPage(visit: WorkspaceVisit, email: string, link: string): Reply {
  const seat = seatWords[seatNamed(visit.form.text('seat'))].name
  const body = html`<section class="card wide"><h1>Give this link to ${visibleText(email)}</h1>
<p>It makes an account and a seat (${seat}) in this workspace. It works once, for 7 days, and is shown only now.</p>
<p class="copy"><code>${link}</code></p>
<p class="hint">Whoever opens it first becomes that member: send it on a way that only ${visibleText(email)} can read.</p>
<p><a href="${within(visit, 'members')}">Back to the members</a></p></section>`
  return workspacePage(visit, { title: 'The invitation', at: 'members', body })
}
