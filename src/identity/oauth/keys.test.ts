import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadOauthKeys } from './keys.ts'

let folder: string
const file = () => join(folder, 'oauth.json')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tg-keys-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the keys of the authorization server', () => {
  it('are made once, in a file that only its owner may read, and nothing else is left behind', async () => {
    const first = await loadOauthKeys(folder)
    expect(first.jwks().keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256' })])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['oauth.json'])
    expect((await loadOauthKeys(folder)).jwks()).toEqual(first.jwks())
  })

  it('are the same for processes that start at once', async () => {
    const loaded = await Promise.all(Array.from({ length: 8 }, () => loadOauthKeys(folder)))
    expect(new Set(loaded.map(({ jwks }) => jwks().keys[0]?.kid)).size).toBe(1)
    expect(new Set(loaded.map(({ cookieKeys }) => cookieKeys[0]?.reveal())).size).toBe(1)
    expect(await readdir(folder)).toEqual(['oauth.json'])
  })

  it('do not show when they are printed', async () => {
    const keys = await loadOauthKeys(folder)
    const text = inspect(keys, { depth: 9 }) + JSON.stringify(keys)
    for (const secret of [keys.jwks().keys[0]?.d, keys.cookieKeys[0]?.reveal()]) expect(text).not.toContain(secret)
  })

  it('are refused, and never replaced, when damaged or open to others', async () => {
    await loadOauthKeys(folder)
    const before = await readFile(file(), 'utf8')
    await chmod(file(), 0o640)
    await expect(loadOauthKeys(folder)).rejects.toMatchObject({ code: 'unavailable' })
    await chmod(file(), 0o600)
    await writeFile(file(), before.slice(0, -9))
    const damaged = await loadOauthKeys(folder).catch((error: unknown) => error)
    expect(damaged).toMatchObject({ code: 'unavailable', message: expect.stringContaining('damaged') })
    expect(inspect(damaged, { depth: 9 })).not.toContain(JSON.parse(before).jwks.keys[0].d)
    expect(await readFile(file(), 'utf8')).toBe(before.slice(0, -9))
  })
})
