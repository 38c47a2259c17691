import type { Clock } from '#kernel'

/** The size of the bucket and how fast it fills again, in points and points a second. */
export type ThrottleOptions = { maximumAvailable: number; restoreRate: number }
export type ThrottleStatus = ThrottleOptions & { currentlyAvailable: number }

export type Throttle = {
  /** Whether the bucket holds that many points now. */
  has: (points: number) => boolean
  spend: (points: number) => void
  status: () => ThrottleStatus
}

/** The bucket of one app in one shop, full at first. Time comes from the clock alone. */
export function throttle(clock: Clock, { maximumAvailable, restoreRate }: ThrottleOptions): Throttle {
  let available = maximumAvailable
  let filledAt = clock()
  const fill = () => {
    const now = clock()
    available = Math.min(maximumAvailable, available + (Math.max(0, now - filledAt) / 1000) * restoreRate)
    filledAt = now
  }
  return {
    has: (points) => {
      fill()
      return available >= points
    },
    spend: (points) => {
      available -= points
    },
    status: () => {
      fill()
      return { maximumAvailable, currentlyAvailable: Math.floor(available), restoreRate }
    },
  }
}
