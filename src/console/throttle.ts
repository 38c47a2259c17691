import type { Rate } from '#policy'
import type { Visit } from './route.ts'

/** One address that tries passwords, codes and passkeys or asks for links; each account has its own count beside it. */
const RATE: Rate = { perSecond: 2, burst: 100 }

/** Counts a try of the caller's address; throws AppError `rate_limited` where there were too many. */
export function throttle({ world, caller }: Pick<Visit, 'world' | 'caller'>): void {
  world.limiter.take(`sign-in:${caller.address}`, RATE)
}
