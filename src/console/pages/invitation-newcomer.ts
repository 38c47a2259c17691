import { AppError } from '#kernel'
import type { InvitationPreview } from '#store'
import { recordPersonal } from '../record.ts'
import { via } from '../return-path.ts'
import type { Reply, Visit } from '../route.ts'
import { newcomerPage } from './invitation-view.ts'

/** The account of who was invited; its address is that of the invitation, whatever the form says. */
export async function newcomer(visit: Visit, invitation: InvitationPreview): Promise<Reply> {
  const { world, form, caller, path } = visit
  const { email } = invitation
  const [name, password] = [form.text('name'), form.raw('password')]
  try {
    const account = await world.login.createAccount({ email, name, password })
    await recordPersonal(visit, account.accountId, { action: 'account.create' })
  } catch (error) {
    if (error instanceof AppError && error.field !== undefined) return newcomerPage(visit, { invitation, name, error })
    throw error
  }
  const result = await world.login.signIn({ email, password, ...caller })
  if (result.kind !== 'signed_in') return { kind: 'redirect', to: via('sign-in', path) }
  return { kind: 'redirect', to: via('enrol', path), cookies: result.cookies }
}
