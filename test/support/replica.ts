import { dirname } from 'node:path'
import { readConfig } from '#config'
import { openFoundation } from '#foundation'
import { systemClock } from '#kernel'
import { type Gate, startGate } from '#server'
import type { TestGate } from './gate.ts'

/** One more Tillgate on the database and the keys of the test's, with connections and caches of its own. */
export async function startReplica({ database, keysFolder, sandbox }: TestGate): Promise<Gate> {
  const config = readConfig({ TILLGATE_KEYS: keysFolder, TILLGATE_DATA: dirname(keysFolder), TILLGATE_PORT: '0' })
  const pools = database.morePools()
  const opened = { pools, server: undefined, migrated: [], setConfigOpen: false, close: async () => {} }
  const foundation = await openFoundation({ config, database: opened, clock: systemClock })
  const log = { info: () => {}, warn: () => {} }
  const egressAllow = [new URL(sandbox.url).host]
  return startGate({ config, database: opened, clock: systemClock, log, egressAllow }, foundation)
}
