import { recordPersonal } from '../record.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { backToAccount } from './account-done.ts'
import { notHere } from './error.ts'

/** POST /account/sessions/:session/end. */
export async function endSession(visit: SessionVisit): Promise<Reply> {
  const { world, session, params } = visit
  const { accountId } = session.account
  const ended = params.session ?? ''
  if (!(await world.login.endSession(accountId, ended))) return notHere()
  await recordPersonal(visit, accountId, { action: 'account.session_end', subject: ended })
  return backToAccount('session_ended')
}

/** POST /account/sessions/end-others. */
export async function endOtherSessions(visit: SessionVisit): Promise<Reply> {
  const { world, session } = visit
  const { accountId } = session.account
  await world.login.endOtherSessions(accountId, session.sessionId)
  await recordPersonal(visit, accountId, { action: 'account.sessions_end' })
  return backToAccount('others_ended')
}
