import { buildIfStale } from '../../scripts/build-if-stale.mjs'
import { installChromium } from './chromium.ts'

/** Builds `dist/` once for all tests of a run, and sees to a browser. */
export function setup(): void {
  if (buildIfStale() !== 0) throw new Error('the build failed')
  installChromium()
}
