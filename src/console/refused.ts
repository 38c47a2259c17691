import { INSTANCE_CHAIN } from '#audit'
import { AppError } from '#kernel'
import type { Visit } from './route.ts'

type Refused = { readonly kind: 'refused' } | { readonly kind: 'locked'; readonly waitS: number }

type Try = {
  readonly step: 'sign_in' | 'second_factor' | 'password'
  readonly account?: string
  /** What to say where it was simply wrong. */
  readonly sentence: string
}

/** Counts a wrong try and gives the sentence for it as an error; one of a locked account says how long to wait. */
export function refusedTry({ world, caller }: Visit, result: Refused, { step, account, sentence }: Try): AppError {
  world.refusals.count(INSTANCE_CHAIN, { step, reason: result.kind, account, address: caller.address })
  if (result.kind === 'refused') return new AppError('not_allowed', sentence)
  return new AppError('rate_limited', lockedWords(result.waitS), { retryAfterS: result.waitS })
}

/** The status of a page that is shown again. */
export function refusalStatus(error: AppError | undefined): number {
  if (error === undefined) return 200
  return error.code === 'rate_limited' ? 429 : error.code === 'not_allowed' ? 403 : 400
}

function lockedWords(waitS: number): string {
  const minutes = Math.ceil(waitS / 60)
  return `There were too many wrong tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`
}
