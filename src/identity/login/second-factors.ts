import { AppError } from '#kernel'
import type { Caller, CodeResult, Login, LoginSession, SignInResult } from './login.ts'
import type { RecoveryCodes } from './recovery-codes.ts'
import type { Tools } from './tools.ts'

/** How long a second factor counts as fresh, in milliseconds. */
export const FRESH_MS = 10 * 60_000

/** Codes of an app, and recovery codes. */
type Factoring = Pick<Login, 'factors' | 'beginTotp' | 'confirmTotp' | 'showCode' | 'renewRecoveryCodes'>

export function factors(tools: Tools): Factoring {
  const { totp, passkeys, recovery } = tools
  return {
    factors: async (accountId) => ({
      totp: await totp.isConfirmed(accountId),
      passkeys: await passkeys.list(accountId),
      recoveryCodesLeft: await recovery.left(accountId),
    }),
    async beginTotp(session) {
      await refuseUnlessMayEnrol(tools, session)
      if (await totp.isConfirmed(session.account.accountId)) throw hasTotp()
      return totp.begin(session.account)
    },
    async confirmTotp(session, code) {
      await refuseUnlessMayEnrol(tools, session)
      const { accountId } = session.account
      const result = await guarded(tools, session, () => totp.take(accountId, withoutSpaces(code), 'confirm'))
      return result.kind === 'ok' ? { ...result, ...(await firstRecoveryCodes(recovery, accountId)) } : result
    },
    showCode: (session, code) => {
      const { accountId } = session.account
      const typed = withoutSpaces(code)
      return guarded(tools, session, async () =>
        /^\d{6}$/.test(typed)
          ? totp.take(accountId, typed, 'show')
          : recovery.take(accountId, typed.replaceAll('-', '').toLowerCase()),
      )
    },
    async renewRecoveryCodes(session) {
      refuseUnlessFresh(tools, session)
      return recovery.renew(session.account.accountId)
    },
  }
}

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

export function keys(tools: Tools): Keys {
  const { passkeys, sessions, recovery, clock } = tools
  return {
    passkeyOptions: () => passkeys.signInOptions(),
    passkeyConfirmOptions: (session) => passkeys.confirmOptions(session.account),
    async passkeyAddOptions(session) {
      await refuseUnlessMayEnrol(tools, session)
      return passkeys.addOptions(session.account)
    },
    async signInByPasskey({ state, response, ...caller }): Promise<SignInResult> {
      const accountId = await passkeys.signIn(state, response)
      if (accountId === undefined) return { kind: 'refused' }
      return { kind: 'signed_in', ...(await sessions.begin(accountId, callerOf(caller), new Date(clock()))) }
    },
    confirmByPasskey: (session, { state, response }) =>
      guarded(tools, session, () => passkeys.confirm(session.account.accountId, state, response)),
    async addPasskey(session, asked) {
      await refuseUnlessMayEnrol(tools, session)
      const { accountId } = session.account
      const result = await guarded(tools, session, () => passkeys.add(accountId, asked))
      return result.kind === 'ok' ? { ...result, ...(await firstRecoveryCodes(recovery, accountId)) } : result
    },
    async removePasskey(session, id) {
      refuseUnlessFresh(tools, session)
      const { accountId } = session.account
      const left = (await passkeys.list(accountId)).filter((each) => each.id !== id)
      if (left.length === 0 && !(await tools.totp.isConfirmed(accountId))) throw lastFactor()
      return passkeys.remove(accountId, id)
    },
  }
}

/** Counts the try, looks at what was shown, and begins the session anew where it was right. */
async function guarded(
  { attempts, sessions, clock }: Tools,
  session: LoginSession,
  isRight: () => Promise<boolean>,
): Promise<CodeResult> {
  const target = { kind: 'code', who: session.account.accountId } as const
  const taken = await attempts.take(target)
  if (taken.kind === 'locked') return taken
  if (!(await isRight())) return { kind: 'refused' }
  await attempts.clear(target)
  return { kind: 'ok', ...(await sessions.renew(session, new Date(clock()))) }
}

async function firstRecoveryCodes(recovery: RecoveryCodes, accountId: string) {
  return (await recovery.left(accountId)) > 0 ? {} : { recoveryCodes: await recovery.renew(accountId) }
}

/** The first second factor may be enrolled after a password alone; a further one needs the one before. */
async function refuseUnlessMayEnrol(tools: Tools, session: LoginSession): Promise<void> {
  const { accountId } = session.account
  const hasFactor = (await tools.totp.isConfirmed(accountId)) || (await tools.passkeys.list(accountId)).length > 0
  if (hasFactor) refuseUnlessFresh(tools, session)
}

function refuseUnlessFresh({ clock }: Tools, { mfaAt }: LoginSession): void {
  if (mfaAt !== null && clock() - mfaAt.getTime() < FRESH_MS) return
  throw new AppError('not_allowed', 'Show your second factor first, then try again.')
}

function callerOf({ address, userAgent }: Caller): Caller {
  return { address, userAgent }
}

function withoutSpaces(code: string): string {
  return code.replaceAll(/\s/g, '')
}

function hasTotp(): AppError {
  return new AppError(
    'not_allowed',
    'An authenticator app is set up already; ask for a reset of the second factor to change it.',
  )
}

function lastFactor(): AppError {
  return new AppError('not_allowed', 'This is the last second factor: set up another one before you remove it.')
}
