import { madePasskey } from '../passkey-response.ts'
import { refusedTry } from '../refused.ts'
import { returnPath } from '../return-path.ts'
import type { SessionVisit } from '../route.ts'
import { recordEnrolled } from './enrol.ts'

/** POST /passkeys/add/options; Login refuses a session that has neither shown a second factor just now nor has none to show. */
export async function addOptions({ world, session }: SessionVisit) {
  return { value: await world.login.passkeyAddOptions(session) }
}

/** POST /passkeys/add: to the first factor belong recovery codes, which are shown once. */
export async function addPasskey(visit: SessionVisit) {
  const { world, form, session } = visit
  const response = madePasskey(form.raw('response'))
  const name = form.text('name') || 'Passkey'
  const result = await world.login.addPasskey(session, { state: form.raw('state'), response, name })
  if (result.kind !== 'ok') {
    const { accountId: account } = session.account
    const sentence = 'The passkey could not be taken; try again.'
    throw refusedTry(visit, result, { step: 'second_factor', account, sentence })
  }
  await recordEnrolled(visit, 'passkey')
  const to = returnPath(world.base, form.text('return'))
  const { recoveryCodes, cookies } = result
  return { value: { to, ...(recoveryCodes && { recoveryCodes }) }, cookies }
}
