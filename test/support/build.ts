import { buildIfStale } from '../../scripts/build-if-stale.mjs'
import { makeTemplate } from '../database.ts'
import { installChromium } from './chromium.ts'

/** Builds `dist/` once for all tests of a run, sees to a browser, and makes the cluster that their databases are copies of. */
export async function prepare(): Promise<() => void> {
  if (buildIfStale() !== 0) throw new Error('the build failed')
  installChromium()
  return makeTemplate()
}
