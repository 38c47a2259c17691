import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#config'
import { type Foundation, openFoundation } from '#foundation'
import type { CallLine } from '#gateway'
import { systemClock } from '#kernel'
import type { Gate, Log } from '#server'
import { type Database, lockFolder, openDatabase, StartError } from '#store'
import { createLog } from './log.ts'

/** An instance that owns its data folder, before and after its door is open. */
export type Serving = {
  readonly database: Database
  readonly foundation: Foundation
  readonly log: Log
  /** Opens the door. */
  open(options: { egressAllow?: readonly string[]; onCall?: (line: CallLine) => void }): Promise<Gate>
  /** One more thing to stop, before what was started earlier. */
  alsoStop(close: () => unknown): void
  /** Lets running calls end, then stops everything that was started here. */
  stop(): Promise<void>
}

/**
 * Takes the data folder, opens the database and the keys. Throws StartError when another Tillgate has the folder, and
 * when the start failed since somebody stopped it: Ctrl-C reaches the programs that make a database as well.
 */
export async function startServing(config: Config, stopped: Promise<void>): Promise<Serving> {
  const log = createLog('warn')
  const lock = await lockFolder(config.dataFolder)
  const closers: (() => unknown)[] = [() => lock.release()]
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const { dataFolder, database: source, path } = config
    const database = await openDatabase({ dataFolder, source, path, log })
    closers.push(database.close)
    const foundation = await openFoundation({ config, database, clock: systemClock })
    const open: Serving['open'] = async (options) => {
      // Loaded only here, because it brings all modules: other commands start in half the time.
      const { startGate } = await import('#server')
      const gate = await startGate({ config, database, clock: systemClock, log, ...options }, foundation)
      closers.push(gate.stop)
      return gate
    }
    return { database, foundation, log, open, alsoStop: (close) => void closers.push(close), stop }
  } catch (error) {
    await stop()
    const wasStopped = await Promise.race([stopped.then(() => true), sleep(0, false)])
    throw wasStopped ? new StartError('Tillgate was stopped before it was ready.', error) : error
  }
}
