import { setup as build } from '../support/build.ts'
import { installForeign } from '../support/foreign.ts'

/** Builds Tillgate and installs the programs of others, once for the whole run. */
export function setup(): void {
  build()
  installForeign()
}
