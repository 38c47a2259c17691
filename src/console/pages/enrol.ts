import type { AppError } from '#kernel'
import { judge } from '../guard.ts'
import { recordPersonal } from '../record.ts'
import { refusedTry } from '../refused.ts'
import { returnPath, via } from '../return-path.ts'
import type { Reply, SessionVisit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { hasFactor } from './account-parts.ts'
import { recoveryPage } from './enrol-recovery.ts'
import { enrolPage } from './enrol-view.ts'

/** GET /enrol: an authenticator app or a passkey. The seed stays the same until its first code was shown. */
export async function showEnrol(visit: SessionVisit): Promise<Reply> {
  const to = returnPath(visit.world.base, visit.query.text('return'))
  return (await elsewhere(visit, to)) ?? choose(visit, to)
}

/** POST /enrol: the first code of the app. */
export async function enrolApp(visit: SessionVisit): Promise<Reply> {
  throttle(visit)
  const { world, form, session } = visit
  const to = returnPath(world.base, form.text('return'))
  const away = await elsewhere(visit, to)
  if (away) return away
  const { accountId: account } = session.account
  const result = await world.login.confirmTotp(session, form.text('code'))
  if (result.kind !== 'ok') {
    const sentence = 'That code is wrong. Wait for the next one; if it is wrong too, check the clock of your phone.'
    return choose(visit, to, refusedTry(visit, result, { step: 'second_factor', account, sentence }))
  }
  await recordEnrolled(visit, 'totp')
  const { recoveryCodes, cookies } = result
  return recoveryCodes ? recoveryPage({ codes: recoveryCodes, to, cookies }) : { kind: 'redirect', to, cookies }
}

/** The first factor of an account also signs the session in. */
export async function recordEnrolled(visit: SessionVisit, what: 'totp' | 'passkey'): Promise<void> {
  const { accountId } = visit.session.account
  await recordPersonal(visit, accountId, { action: 'account.enrol', subject: what })
  if (visit.session.mfaAt === null) await recordPersonal(visit, accountId, { action: 'account.sign_in', subject: what })
}

/** Whoever has a second factor shows it first; a password alone must not add another one beside it. */
async function elsewhere({ world, session, path }: SessionVisit, to: string): Promise<Reply | undefined> {
  const factors = await world.login.factors(session.account.accountId)
  const isFresh = judge('fresh', session, world.clock()) === 'pass'
  if (hasFactor(factors) && !isFresh) {
    return { kind: 'redirect', to: via('second-factor', `${path}?${new URLSearchParams({ return: to })}`) }
  }
  return factors.totp ? { kind: 'redirect', to: '/console/account' } : undefined
}

async function choose(visit: SessionVisit, to: string, error?: AppError): Promise<Reply> {
  const { world, session, csrf } = visit
  const totp = await world.login.beginTotp(session)
  return enrolPage({ account: session.account, csrf: csrf(), to, totp, error })
}
