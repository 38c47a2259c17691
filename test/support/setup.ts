import { prepare } from './build.ts'
import { scratchInMemory } from './scratch.ts'

/** Once for a run of `npm test`. Prove keeps its files on the disk, so both are tried. */
export async function setup(): Promise<() => void> {
  const removeScratch = scratchInMemory()
  const removeTemplate = await prepare()
  return () => {
    removeTemplate()
    removeScratch()
  }
}
