import { AppError } from '#kernel'
import { recordPersonal } from '../record.ts'
import { refusedTry } from '../refused.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { accountPage } from './account.ts'
import { backToAccount } from './account-done.ts'

/** POST /account/password. */
export async function changePassword(visit: SessionVisit): Promise<Reply> {
  throttle(visit)
  const { world, form, session } = visit
  const { accountId } = session.account
  try {
    const input = { current: form.raw('current'), next: form.raw('next') }
    const result = await world.login.changePassword(session, input)
    if (result.kind === 'ok') {
      await recordPersonal(visit, accountId, { action: 'account.password' })
      return { ...backToAccount('password'), cookies: result.cookies }
    }
    const sentence = 'This is not your password.'
    const refusal = refusedTry(visit, result, { step: 'password', account: accountId, sentence })
    return accountPage(visit, result.kind === 'refused' ? about('current', refusal) : refusal)
  } catch (error) {
    if (error instanceof AppError && error.field !== undefined) return accountPage(visit, about('next', error))
    throw error
  }
}

/** The same sentence, beside the field of this form that it is about. */
function about(field: string, { code, message }: AppError): AppError {
  return new AppError(code, message, { field })
}
