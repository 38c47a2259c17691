import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeOwnFile } from './own-file.ts'

const agent = z.object({ client_id: z.string(), client_secret: z.string() })
const owner = z.object({ email: z.string(), password: z.string(), totp_secret: z.string() })
const shape = z.object({
  madeOn: z.number(),
  operatorKey: z.string().nullable(),
  agents: z.object({ analyst: agent.nullable(), operator: agent.nullable() }),
  // Older demos had no people.
  owner: owner.nullable().default(null),
})

/** What the demo made once and prints again at each start. It opens sandboxes only. */
export type DemoSecrets = z.output<typeof shape>

/** The secrets of the demo, from their file or made new. */
export function demoSecrets(
  keysFolder: string,
  fresh: { madeOn: number; operatorKey: string | undefined },
): DemoSecrets {
  const kept = readDemoSecrets(keysFolder)
  if (kept) return kept
  const secrets = {
    madeOn: fresh.madeOn,
    operatorKey: fresh.operatorKey ?? null,
    agents: { analyst: null, operator: null },
    owner: null,
  }
  keepDemoSecrets(keysFolder, secrets)
  return secrets
}

/** What the demo keeps, or undefined where it has not run. */
export function readDemoSecrets(keysFolder: string): DemoSecrets | undefined {
  const file = join(keysFolder, 'demo.json')
  return existsSync(file) ? shape.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

export function keepDemoSecrets(keysFolder: string, secrets: DemoSecrets): void {
  writeOwnFile(join(keysFolder, 'demo.json'), `${JSON.stringify(secrets, null, 2)}\n`)
}
