import { buildIfStale } from '../../scripts/build-if-stale.mjs'

/** Builds `dist/` once for all tests of a run. */
export function setup(): void {
  if (buildIfStale() !== 0) throw new Error('the build failed')
}
