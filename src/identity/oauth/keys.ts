import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, canonicalJson, Secret, sha256 } from '#kernel'

const FILE = 'oauth.json'

const signingKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
})
const content = z.strictObject({
  jwks: z.strictObject({ keys: z.array(signingKey).min(1) }),
  cookie_keys: z.array(z.string().min(43)).min(1),
})

/** Private signing keys as JWK (RFC 7517), the first one signs. */
export type SigningKeys = z.output<typeof content>['jwks']

export type OauthKeys = {
  /** ES256, for id tokens; access tokens are opaque. A function, so that printing these keys shows none. */
  readonly jwks: () => SigningKeys
  /** Keys that sign the cookies of the authorization server; the first one signs, all of them verify. */
  readonly cookieKeys: readonly Secret[]
}

/**
 * The keys of the authorization server, in `<keys folder>/oauth.json` (mode 0600); made on the first start, by one of the
 * processes that start at once. Throws AppError `unavailable` when the file is damaged or others may read it.
 */
export async function loadOauthKeys(folder: string): Promise<OauthKeys> {
  const path = join(folder, FILE)
  const text = (await readIfThere(path)) ?? (await create(folder, path))
  if (((await stat(path)).mode & 0o077) !== 0) {
    throw new AppError('unavailable', `Others on this machine may read ${path}. Close it with: chmod 600 ${path}`)
  }
  const { jwks, cookie_keys } = parse(path, text)
  return { jwks: () => jwks, cookieKeys: cookie_keys.map((key) => new Secret(key)) }
}

async function create(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${FILE}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(newKeys()))
    await file.sync()
    // Unlike a rename it never replaces the keys that another process made meanwhile.
    await link(temporary, path)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
  return readFile(path, 'utf8')
}

function newKeys(): z.input<typeof content> {
  const { crv, d, kty, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const thumbprint = sha256(canonicalJson({ crv, kty, x, y })).toString('base64url')
  const key = signingKey.parse({ crv, d, kty, x, y, kid: thumbprint, alg: 'ES256', use: 'sig' })
  return { jwks: { keys: [key] }, cookie_keys: [randomBytes(32).toString('base64url')] }
}

function parse(path: string, text: string): z.output<typeof content> {
  try {
    return content.parse(JSON.parse(text))
  } catch {
    // Not as a cause: what JSON.parse or zod say could quote a key.
    throw new AppError('unavailable', `${path} is damaged: restore it from where you keep a copy of the keys folder.`)
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw cause
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
