import { existsSync } from 'node:fs'
import type { Config } from '#config'
import { holdsDatabase, StartError } from '#store'

/** For commands that work on what is there: a mistyped folder must not become a new one. Throws StartError. */
export function refuseWithoutData({ dataFolder, keysFolder, database }: Config): void {
  if (database.kind === 'embedded' && !holdsDatabase(dataFolder)) {
    throw new StartError(
      `There is no database in ${dataFolder}: check --data (or TILLGATE_DATA), or start Tillgate there first with \`tillgate serve\`; its first start prints the operator key.`,
    )
  }
  if (existsSync(keysFolder)) return
  throw new StartError(
    `There is no keys folder ${keysFolder}: check --data and TILLGATE_KEYS, restore it from where you keep a copy, or, where nothing was stored yet, start \`tillgate serve\` once.`,
  )
}
