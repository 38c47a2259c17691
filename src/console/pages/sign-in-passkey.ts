import { givenPasskey } from '../passkey-response.ts'
import { recordPersonal } from '../record.ts'
import { refusedTry } from '../refused.ts'
import { returnPath } from '../return-path.ts'
import type { Visit } from '../route.ts'

/** POST /passkeys/sign-in/options. */
export async function signInOptions({ world }: Visit) {
  return { value: await world.login.passkeyOptions('sign_in') }
}

/** POST /passkeys/sign-in: both steps at once, because the passkey asked for a finger, face or PIN. */
export async function signInByPasskey(visit: Visit) {
  const { world, form, caller } = visit
  const response = givenPasskey(form.raw('response'))
  const result = await world.login.signInByPasskey({ state: form.raw('state'), response, ...caller })
  if (result.kind !== 'signed_in') {
    throw refusedTry(visit, result, { step: 'sign_in', sentence: 'This passkey is not known here.' })
  }
  await recordPersonal(visit, result.session.account.accountId, { action: 'account.sign_in', subject: 'passkey' })
  return { value: { to: returnPath(world.base, form.text('return')) }, cookies: result.cookies }
}
