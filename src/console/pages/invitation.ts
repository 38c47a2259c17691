import { tokenHash } from '#kernel'
import type { InvitationPreview } from '#store'
import { via } from '../return-path.ts'
import type { Reply, Visit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { join } from './invitation-join.ts'
import { newcomer } from './invitation-newcomer.ts'
import { joinPage, newcomerPage, notOpenPage, otherAccountPage, signInPage, unknownPage } from './invitation-view.ts'

/** GET /invitation/:token: who is invited to what; and, by who is asking, what is to do next. */
export async function showInvitation(visit: Visit): Promise<Reply> {
  return forInvited(visit, {
    newcomer: async (invitation) => newcomerPage(visit, { invitation, name: '' }),
    member: async (invitation) => joinPage(visit, invitation),
  })
}

/** POST /invitation/:token: makes the account of who has none, and the member of who has one. */
export async function answerInvitation(visit: Visit): Promise<Reply> {
  throttle(visit)
  return forInvited(visit, {
    newcomer: (invitation) => newcomer(visit, invitation),
    member: () => join(visit),
  })
}

type Ways = {
  /** Nobody is signed in, and nobody has this address yet. */
  readonly newcomer: (invitation: InvitationPreview) => Promise<Reply>
  /** Signed in as the very address, with a second factor. */
  readonly member: (invitation: InvitationPreview) => Promise<Reply>
}

/** Whether an account exists is told to nobody but the holder of the token, and only of the address it was sent to. */
async function forInvited(visit: Visit, ways: Ways): Promise<Reply> {
  const { world, params, session, path } = visit
  const invitation = await world.people.invitation(tokenHash(params.token ?? ''))
  if (!invitation) return unknownPage()
  if (invitation.state !== 'open') return notOpenPage(invitation)
  if (!session) {
    const account = await world.login.accountByEmail(invitation.email)
    return account ? signInPage(visit, invitation) : ways.newcomer(invitation)
  }
  if (session.account.email !== invitation.email) return otherAccountPage(visit, session)
  return session.mfaAt === null ? { kind: 'redirect', to: via('second-factor', path) } : ways.member(invitation)
}
