/** A repeatable source of choices: the same seed gives the same sequence on every machine. */
export type Random = {
  /** A number from 0 up to, not including, 1. */
  next: () => number
  /** A whole number from `low` to `high`, both included. */
  int: (low: number, high: number) => number
  /** One of the list, each as likely as the next; the list must not be empty. */
  pick: <T>(list: readonly T[]) => T
  /** True with this probability (0 to 1). */
  chance: (probability: number) => boolean
}

/** Choices drawn from the mulberry32 generator; `seed` is taken as 32 bits. */
export function seededRandom(seed: number): Random {
  const next = mulberry32(seed)
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return { next, int, pick: (list) => at(list, int(0, list.length - 1)), chance: (probability) => next() < probability }
}

/** One of the options, each as likely as its share (0 to 1); the last one takes what is left. */
export function weighted<T>(random: Random, options: readonly (readonly [T, number])[]): T {
  let roll = random.next()
  for (const [option, share] of options) {
    if (roll < share) return option
    roll -= share
  }
  return at(options, options.length - 1)[0]
}

/** The element at an index that is known to exist; a wrong index is a mistake in the generator and throws. */
export function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`)
  return value
}

/** The text with every `#` replaced by a digit. */
export function digits(random: Random, pattern: string): string {
  return pattern.replaceAll('#', () => String(random.int(0, 9)))
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
