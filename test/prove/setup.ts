import { prepare } from '../support/build.ts'
import { installForeign } from '../support/foreign.ts'

/** Builds Tillgate, sees to a browser and installs the programs of others, once for the whole run. */
export async function setup(): Promise<() => void> {
  const remove = await prepare()
  installForeign()
  return remove
}
