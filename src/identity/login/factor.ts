import { AppError } from '#kernel'
import type { CodeResult, LoginSession } from './login.ts'
import type { Tools } from './tools.ts'
import { type Db, inSession } from './transaction.ts'

/** How long a second factor counts as fresh, in milliseconds. */
const FRESH_MS = 10 * 60_000

/** Counts the try, looks at what was shown, and renews the session where it was right, in one transaction of the account. */
export async function shown(
  { attempts, sessions, clock, authPool }: Tools,
  session: LoginSession,
  isRight: (db: Db) => Promise<boolean>,
): Promise<CodeResult> {
  const target = { kind: 'code', who: session.account.accountId } as const
  const taken = await attempts.take(target)
  if (taken.kind === 'locked') return taken
  const renewed = await inSession(authPool, session, async (db) =>
    (await isRight(db)) ? sessions.renew(db, session, new Date(clock())) : undefined,
  )
  if (!renewed) return { kind: 'refused' }
  await attempts.clear(target)
  return { kind: 'ok', ...renewed }
}

/** As `shown`, for a second factor that is new: recovery codes come with it where the account has none. */
export async function enrolled(
  tools: Tools,
  session: LoginSession,
  enrol: (db: Db) => Promise<boolean>,
): Promise<CodeResult & { recoveryCodes?: readonly string[] }> {
  let recoveryCodes: readonly string[] | undefined
  const result = await shown(tools, session, async (db) => {
    await refuseUnlessMayEnrol(tools, db, session)
    if (!(await enrol(db))) return false
    recoveryCodes = await firstRecoveryCodes(tools, db, session)
    return true
  })
  return result.kind === 'ok' && recoveryCodes ? { ...result, recoveryCodes } : result
}

/** The first second factor may be enrolled after a password alone; a further one needs the one before. */
export async function refuseUnlessMayEnrol(tools: Tools, db: Db, session: LoginSession): Promise<void> {
  const { accountId } = session.account
  const hasFactor =
    (await tools.totp.isConfirmed(db, accountId)) || (await tools.passkeys.list(db, accountId)).length > 0
  if (hasFactor) refuseUnlessFresh(tools, session)
}

/** The pages ask for it too; whoever forgets it there finds it here. */
export function refuseUnlessFresh({ clock }: Tools, { mfaAt }: LoginSession): void {
  if (mfaAt !== null && clock() - mfaAt.getTime() < FRESH_MS) return
  throw new AppError('not_allowed', 'Show your second factor first, then try again.')
}

async function firstRecoveryCodes({ recovery }: Tools, db: Db, { account }: LoginSession) {
  return (await recovery.left(db, account.accountId)) > 0 ? undefined : recovery.renew(db, account.accountId)
}
