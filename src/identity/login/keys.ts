import { AppError } from '#kernel'
import { enrolled, refuseUnlessFresh, refuseUnlessMayEnrol, shown } from './factor.ts'
import type { Login } from './login.ts'
import type { Tools } from './tools.ts'
import { inSession } from './transaction.ts'

type Keys = Pick<
  Login,
  | 'passkeyOptions'
  | 'passkeyConfirmOptions'
  | 'passkeyAddOptions'
  | 'signInByPasskey'
  | 'confirmByPasskey'
  | 'addPasskey'
  | 'removePasskey'
>

/** What a person does with passkeys. A challenge is used up before anything else, so that no failure leaves it open. */
export function keys(tools: Tools): Keys {
  const { passkeys, authPool } = tools
  return {
    passkeyOptions: () => passkeys.signInOptions(),
    passkeyConfirmOptions: (session) => passkeys.confirmOptions(session.account),
    async passkeyAddOptions(session) {
      await refuseUnlessMayEnrol(tools, authPool, session)
      return passkeys.addOptions(session.account)
    },
    signInByPasskey: signInByPasskeyWith(tools),
    async confirmByPasskey(session, { state, response }) {
      const { accountId } = session.account
      const challenge = await passkeys.challenge(state, 'confirm', accountId)
      return shown(tools, session, async (db) => {
        const answered = await passkeys.answered(db, { challenge, response }, accountId)
        return answered !== undefined
      })
    },
    async addPasskey(session, { state, response, name }) {
      const { accountId } = session.account
      const challenge = await passkeys.challenge(state, 'add', accountId)
      return enrolled(tools, session, (db) => passkeys.add(db, { challenge, response }, { accountId, name }))
    },
    removePasskey: removePasskeyWith(tools),
  }
}

function signInByPasskeyWith({ passkeys, sessions, authPool, clock }: Tools): Login['signInByPasskey'] {
  return async ({ state, response, address, userAgent }) => {
    const challenge = await passkeys.challenge(state, 'sign_in', null)
    const answered = await passkeys.answered(authPool, { challenge, response })
    const begun =
      answered &&
      (await sessions.begin({
        accountId: answered.accountId,
        caller: { address, userAgent },
        mfaAt: new Date(clock()),
        stillOpens: (db) => passkeys.isThere(db, answered),
      }))
    return begun ? { kind: 'signed_in', ...begun } : { kind: 'refused' }
  }
}

function removePasskeyWith(tools: Tools): Login['removePasskey'] {
  const { passkeys, totp, authPool } = tools
  return (session, id) =>
    inSession(authPool, session, async (db) => {
      refuseUnlessFresh(tools, session)
      const { accountId } = session.account
      const left = (await passkeys.list(db, accountId)).filter((each) => each.id !== id)
      if (left.length === 0 && !(await totp.isConfirmed(db, accountId))) throw lastFactor()
      return passkeys.remove(db, accountId, id)
    })
}

function lastFactor(): AppError {
  return new AppError('not_allowed', 'This is the last second factor: set up another one before you remove it.')
}
