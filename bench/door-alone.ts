import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DoorTimes } from './door.ts'
import { makeInstance } from './instance.ts'

const NOWHERE = 'http://127.0.0.1:9'
/** Stores that are never called. */
export const UPSTREAM = { sandbox: NOWHERE, sandboxToken: 'none', fixed: { 0: NOWHERE, 20: NOWHERE, 100: NOWHERE } }
const AGENTS = 10_000

/** The times of the door with nothing else running, on an instance of its own. */
export async function doorAlone(): Promise<DoorTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  // The database runs as another user when this runs as root, and must reach its folder.
  chmodSync(folder, 0o711)
  try {
    return (await makeInstance(join(folder, 'data'), UPSTREAM, AGENTS)).door
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
