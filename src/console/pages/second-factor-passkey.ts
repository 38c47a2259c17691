import { givenPasskey } from '../passkey-response.ts'
import { refusedTry } from '../refused.ts'
import { returnPath } from '../return-path.ts'
import type { SessionVisit } from '../route.ts'
import { recordShown } from './second-factor.ts'

/** POST /passkeys/confirm/options. */
export async function confirmOptions({ world, session }: SessionVisit) {
  return { value: await world.login.passkeyConfirmOptions(session) }
}

/** POST /passkeys/confirm. */
export async function confirmByPasskey(visit: SessionVisit) {
  const { world, form, session } = visit
  const response = givenPasskey(form.raw('response'))
  const result = await world.login.confirmByPasskey(session, { state: form.raw('state'), response })
  if (result.kind !== 'ok') {
    const { accountId: account } = session.account
    throw refusedTry(visit, result, {
      step: 'second_factor',
      account,
      sentence: 'This passkey does not belong to this account.',
    })
  }
  await recordShown(visit, 'passkey')
  return { value: { to: returnPath(world.base, form.text('return')) }, cookies: result.cookies }
}
