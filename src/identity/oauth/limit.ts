import type { Rate } from '#policy'

/** Takes one from a bucket; throws AppError `rate_limited` where it is empty. */
export type Limit = (key: string, rate: Rate) => void
