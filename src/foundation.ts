import type { Config } from '#config'
import { type Clock, hmac, Secret } from '#kernel'
import { type Database, type Jobs, jobs as jobsOn } from '#store'
import { createVault, type InstanceKeys, openKeysFolder, type Vault } from '#vault'

/** Keys, vault and background access to workspaces: what commands on the host need as well. */
export type Foundation = { readonly keys: InstanceKeys; readonly vault: Vault; readonly jobs: Jobs }

type Place = { readonly config: Config; readonly database: Database; readonly clock: Clock }

/** Opens the keys folder; keys are only made where the database holds no workspace yet. */
export async function openFoundation({ config, database, clock }: Place) {
  const jobs = jobsOn(database.pools.jobs)
  const workspaces = await jobs.listWorkspaces()
  const keys = await openKeysFolder({ folder: config.keysFolder, dataFolderIsNew: workspaces.length === 0 })
  return { keys, vault: createVault({ provider: keys.provider, clock }), jobs } satisfies Foundation
}

/** What signs and hides what the login keeps; the same on every replica. */
export function loginSecret({ cursorKey }: InstanceKeys): Secret<Buffer> {
  return new Secret(hmac(cursorKey.reveal(), 'tillgate/login'))
}
