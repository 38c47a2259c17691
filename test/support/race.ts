import { setTimeout as delay } from 'node:timers/promises'
import { withClient } from '#store'
import type { TestDatabase } from '../database.ts'

type Outcome<T> = PromiseSettledResult<T>

/**
 * Two transactions, of which the second begins before the first has committed: `first` does its work and then awaits `hold`,
 * which lets it commit once the second waits for a lock of it, or has ended without waiting.
 */
export async function race<A, B>(
  database: TestDatabase,
  first: (hold: () => Promise<void>) => Promise<A>,
  second: () => Promise<B>,
): Promise<[Outcome<A>, Outcome<B>]> {
  let running: Promise<Outcome<B>> | undefined
  const hold = async () => {
    running = settled(second())
    await Promise.race([running, somebodyWaits(database)])
  }
  const ended = await settled(first(hold))
  if (running === undefined) throw new Error('the first one ended before it was held')
  return [ended, await running]
}

async function settled<T>(work: Promise<T>): Promise<Outcome<T>> {
  const [outcome] = await Promise.allSettled([work])
  return outcome
}

async function somebodyWaits({ superuser }: TestDatabase): Promise<void> {
  await withClient(superuser, async (client) => {
    for (let tries = 0; tries < 200; tries++) {
      const { rowCount } = await client.query('select from pg_locks where not granted')
      if (rowCount !== 0) return
      await delay(20)
    }
  })
}
