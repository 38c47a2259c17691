import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { AppError, packageRoot } from '#kernel'

const FOLDER = 'dist/web'

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

/** The one HTML file of the web app; it names the scripts and sheets by their digests. Throws where it is not built. */
export function webAppPage(): string {
  const file = join(packageRoot(), FOLDER, 'index.html')
  if (!existsSync(file)) throw new AppError('unavailable', 'The web app is not built: run npm run build on the host.')
  return readFileSync(file, 'utf8')
}

type Built = { readonly type: string; readonly bytes: Buffer<ArrayBuffer>; readonly packed: Buffer<ArrayBuffer> }

let built: ReadonlyMap<string, Built> | undefined

/** A script or sheet of the web app. Its name carries its digest, so a browser may keep it for good. */
export function serveWebApp(name: string, acceptEncoding: string): Response {
  built ??= readBuilt()
  const file = built.get(name)
  if (!file) return new Response('There is nothing here.\n', { status: 404 })
  const isPacked = /\bgzip\b/.test(acceptEncoding)
  const headers = new Headers({
    'content-type': file.type,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  })
  if (isPacked) headers.set('content-encoding', 'gzip')
  return new Response(isPacked ? file.packed : file.bytes, { headers })
}

function readBuilt(): Map<string, Built> {
  const folder = join(packageRoot(), FOLDER, 'assets')
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder).flatMap((name): [string, Built][] => {
    const type = TYPES[name.split('.').at(-1) ?? '']
    if (type === undefined) return []
    const bytes = readFileSync(join(folder, name))
    return [[name, { type, bytes, packed: gzipSync(bytes, { level: 9 }) }]]
  })
  return new Map(files)
}
