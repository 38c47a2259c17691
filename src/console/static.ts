import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '#kernel'

const TYPES = {
  'tokens.css': 'text/css; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'passkeys.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

const files = new Map(
  Object.entries(TYPES).map(([name, type]) => [
    name,
    { type, text: readFileSync(join(packageRoot(), 'src/console/assets', name)) },
  ]),
)

/** The files that pages load; anything else is not there. */
export function serveStatic(name: string): Response {
  const file = files.get(name)
  if (!file) return new Response('There is nothing here.\n', { status: 404 })
  const headers = { 'content-type': file.type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  return new Response(new Uint8Array(file.text), { headers })
}
