import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '#kernel'
import { withClient } from '#store'
import { createVault, localKeyProvider, type Vault } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { startTestOauthServer, type TestOauthServer } from '../../../test/oauth-server.ts'
import { loadServerKeys } from './server-keys.ts'

let database: TestDatabase
let folder: string
let vault: Vault

beforeAll(async () => {
  database = await startTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'tg-keys-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  vault = createVault({ provider, clock: systemClock })
}, 60_000)
afterAll(async () => {
  vault?.close()
  await database?.stop()
  await rm(folder, { recursive: true, force: true })
})

const superuser = (text: string) => withClient(database.superuser, (client) => client.query(text))
beforeEach(() => superuser('truncate auth.server_keys'))

const START = Date.parse('2030-01-01T00:00:00Z')
const DAY = 86_400_000
const load = (day = 0) => loadServerKeys({ authPool: database.pools.auth, vault, clock: () => START + day * DAY })
const kids = async (day: number) => (await load(day)).jwks().keys.map(({ kid }) => kid)

describe('the keys of the authorization server', () => {
  it('are made once, also by replicas that start at once, and are the same for all', async () => {
    const loaded = await Promise.all(Array.from({ length: 6 }, () => load()))
    expect(new Set(loaded.map(({ version }) => version)).size).toBe(1)
    expect(new Set(loaded.map(({ cookieKeys }) => cookieKeys[0]?.reveal())).size).toBe(1)
    const [first] = loaded
    expect(first?.jwks().keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256' })])
    expect(first?.cookieKeys).toHaveLength(1)
    expect((await superuser('select from auth.server_keys')).rowCount).toBe(2)
  })

  it('sign for 90 days and are published for 30 more', async () => {
    const [first] = await kids(0)
    const { cookieKeys } = await load()
    expect(await kids(89)).toEqual([first])
    const rotated = await kids(90)
    expect(rotated).toEqual([expect.any(String), first])
    expect(rotated[0]).not.toBe(first)
    expect(await kids(119)).toEqual(rotated)
    expect(await kids(120)).toEqual([rotated[0]])
    expect((await kids(180))[1]).toBe(rotated[0])
    expect((await load(180)).cookieKeys.map((key) => key.reveal())).toEqual(cookieKeys.map((key) => key.reveal()))
  })

  it('lie sealed in the database, each bound to its place, and do not show when they are printed', async () => {
    const keys = await load()
    const { d } = keys.jwks().keys[0] ?? {}
    const cookieKey = keys.cookieKeys[0]?.reveal() ?? ''
    const { rows } = await superuser('select sealed, k::text as line from auth.server_keys k')
    const stored = rows.map(({ sealed, line }) => line + sealed.toString('latin1')).join()
    const text = stored + inspect(keys, { depth: 9 }) + JSON.stringify(keys)
    for (const secret of [d, cookieKey]) {
      expect(secret).toBeTruthy()
      expect(text).not.toContain(secret)
    }
    await superuser(`update auth.server_keys set key_id = 'another' where purpose = 'cookie'`)
    await expect(load()).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('two servers on one database', () => {
  let oauth: TestOauthServer
  beforeAll(async () => {
    // Those of the tests before are sealed by another vault.
    await superuser('truncate auth.server_keys')
    oauth = await startTestOauthServer(database)
  })
  afterAll(() => oauth?.stop())
  const published = async (base: string) => (await fetch(`${base}/oauth/jwks`)).text()

  it('publish the same keys, and follow when one of them makes new ones', async () => {
    let day = 0
    const options = { clock: () => START + day * DAY, keysEveryMs: 20 }
    const one = await oauth.another(options)
    const two = await oauth.another(options)
    const before = await published(one.base)
    expect(await published(two.base)).toBe(before)
    expect(before).not.toContain('"d"')
    day = 91
    while ((await published(one.base)) === before || (await published(two.base)) === before) await delay(20)
    const after = await published(one.base)
    expect(await published(two.base)).toBe(after)
    expect(JSON.parse(after).keys).toHaveLength(2)
    expect(JSON.parse(after).keys[1]).toEqual(JSON.parse(before).keys[0])
    await two.stop()
    await one.stop()
  })

  it('go on with the keys they have while those in the database cannot be read', async () => {
    const one = await oauth.another({ keysEveryMs: 20 })
    await superuser('alter table auth.server_keys rename to away')
    while (one.events.length === 0) await delay(10)
    await superuser('alter table auth.away rename to server_keys')
    expect(one.events[0]).toMatchObject({ event: 'failed', route: 'keys', cause: expect.any(Error) })
    expect((await fetch(`${one.base}/oauth/jwks`)).status).toBe(200)
    await one.stop()
  })
})
