import { recordPersonal } from '../record.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { backToAccount } from './account-done.ts'
import { recoveryPage } from './enrol-recovery.ts'
import { notHere } from './error.ts'

/** POST /account/passkeys/:passkey/remove; the last second factor stays. */
export async function removePasskey(visit: SessionVisit): Promise<Reply> {
  const { world, session, params } = visit
  if (!(await world.login.removePasskey(session, params.passkey ?? ''))) return notHere()
  await recordPersonal(visit, session.account.accountId, { action: 'account.passkey_remove' })
  return backToAccount('passkey_removed')
}

/** POST /account/recovery-codes: ten new ones, shown once. */
export async function renewRecoveryCodes(visit: SessionVisit): Promise<Reply> {
  const { world, session } = visit
  const codes = await world.login.renewRecoveryCodes(session)
  await recordPersonal(visit, session.account.accountId, { action: 'account.recovery_codes' })
  return recoveryPage({ codes, to: '/console/account' })
}
