import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from '#kernel'
import { createVault, type KeyContext, type KeyProvider, localKeyProvider } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'tillgate-vault-'))
afterAll(() => rmSync(root, { recursive: true }))

const context: KeyContext = { workspace: 'w_1', purpose: 'credential', subject: 's_1' }
const vectors = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'))
const hex = (text: string) => Buffer.from(text, 'hex')

async function newProvider() {
  const folder = mkdtempSync(join(root, 'keys-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  return { folder, provider }
}

async function newVault() {
  const { folder, provider } = await newProvider()
  return { folder, provider, vault: createVault({ provider, clock: () => 1000 }) }
}

/** Gives the bytes in their order, and throws when other sizes are asked for. */
function scripted(...pieces: Buffer[]) {
  return (size: number) => {
    const next = pieces.shift()
    if (next?.length !== size) throw new Error(`no ${size} bytes come next`)
    return Buffer.from(next)
  }
}

/** What a caller can see of a refusal, and that it is the vague one. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (thrown) {
    if (thrown instanceof AppError) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
  throw new Error('it was not refused')
}
const VAGUE = 'unavailable: Tillgate cannot use its keys for this; the operator finds the reason in the log.'

/** A provider whose data keys the test can watch, and that counts how often it is asked. */
function watchedProvider() {
  const plains: Buffer[] = []
  let unwraps = 0
  const provider: KeyProvider = {
    async generateDataKey() {
      const plain = randomBytes(32)
      plains.push(plain)
      return { plain, wrapped: Buffer.from(plain) }
    },
    async unwrap(wrapped) {
      unwraps++
      const plain = Buffer.from(wrapped)
      plains.push(plain)
      return plain
    },
  }
  return { provider, plains, unwraps: () => unwraps }
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const isWiped = (bytes: Buffer | undefined) => bytes?.every((byte) => byte === 0)

describe('the published vectors', () => {
  const folder = join(root, 'vector-keys')
  mkdirSync(join(folder, 'master'), { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'master', `${vectors.masterKey.id}.key`), hex(vectors.masterKey.key), { mode: 0o600 })
  writeFileSync(join(folder, 'master', 'active'), vectors.masterKey.id, { mode: 0o600 })
  const provider = () => localKeyProvider({ folder, random: scripted(hex(vectors.dataKey), hex(vectors.wrapIv)) })
  const vault = ({ salt, iv }: { salt: string; iv: string }) =>
    createVault({ provider: provider(), clock: () => 0, random: scripted(hex(salt), hex(iv)) })

  it('come out of wrap and seal byte for byte, and open', async () => {
    const sealed = await vault(vectors.value).seal(vectors.context, vectors.value.plaintext)
    expect(sealed.toString('hex')).toBe(vectors.value.blob)
    const opened = await vault(vectors.value).open(vectors.context, hex(vectors.value.blob))
    expect(opened.reveal().toString()).toBe(vectors.value.plaintext)
  })

  it('come out of a data key byte for byte, and open', async () => {
    const key = await vault(vectors.body).dataKey(vectors.context, hex(vectors.wrapped))
    expect(key.seal(vectors.body.header, vectors.body.plaintext).toString('hex')).toBe(vectors.body.blob)
    expect(key.open(vectors.body.header, hex(vectors.body.blob)).toString()).toBe(vectors.body.plaintext)
    expect(key.mac(...vectors.mac.parts).toString('hex')).toBe(vectors.mac.value)
  })
})

describe('a sealed value', () => {
  it('opens for its context as a Secret, empty and large ones too', async () => {
    const { vault } = await newVault()
    for (const plain of [Buffer.alloc(0), Buffer.from('shpat_1'), randomBytes(100_000)]) {
      const opened = await vault.open(context, await vault.seal(context, plain))
      expect(opened.reveal().equals(plain)).toBe(true)
      expect(JSON.stringify(opened)).toBe('"[secret]"')
    }
  })

  it('never looks the same twice, as each has a data key of its own', async () => {
    const { vault } = await newVault()
    const [a, b] = await Promise.all([vault.seal(context, 'same'), vault.seal(context, 'same')])
    expect(a.subarray(3, 80)).not.toEqual(b.subarray(3, 80))
  })

  it('is refused with one vague error when any bit of it is flipped', async () => {
    const { vault } = await newVault()
    const blob = await vault.seal(context, 'shpat_1')
    for (let at = 0; at < blob.length; at++) {
      const changed = Buffer.from(blob)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at)
      expect(await refusal(() => vault.open(context, changed)), `byte ${at}`).toBe(VAGUE)
    }
  })

  it('is refused with the same error when it is cut off or prolonged', async () => {
    const { vault } = await newVault()
    const blob = await vault.seal(context, 'shpat_1')
    for (let length = 0; length < blob.length; length++) {
      expect(await refusal(() => vault.open(context, blob.subarray(0, length))), `length ${length}`).toBe(VAGUE)
    }
    expect(await refusal(() => vault.open(context, Buffer.concat([blob, Buffer.of(0)])))).toBe(VAGUE)
  })

  it('is not brought to the key provider when it is cut off or of another version', async () => {
    const watched = watchedProvider()
    const vault = createVault({ provider: watched.provider, clock: () => 0 })
    const blob = await vault.seal(context, '')
    const other = Buffer.from(blob)
    other.writeUInt8(2)
    for (const wrong of [other, blob.subarray(0, -1), blob.subarray(0, 20), blob.subarray(0, 2)]) {
      expect(await refusal(() => vault.open(context, wrong))).toBe(VAGUE)
    }
    expect(watched.unwraps()).toBe(0)
  })

  it.each([
    ['another workspace', { ...context, workspace: 'w_2' }],
    ['another purpose', { ...context, purpose: 'cursor' }],
    ['another subject', { ...context, subject: 's_2' }],
    ['no subject', { workspace: 'w_1', purpose: 'credential' }],
  ])('is refused for %s with the same error', async (_, other) => {
    const { vault } = await newVault()
    const blob = await vault.seal(context, 'shpat_1')
    expect(await refusal(() => vault.open(other, blob))).toBe(VAGUE)
  })

  it('is refused with another context even where a provider does not bind it', async () => {
    const vault = createVault({ provider: watchedProvider().provider, clock: () => 0 })
    const blob = await vault.seal(context, 'shpat_1')
    expect(await refusal(() => vault.open({ ...context, workspace: 'w_2' }, blob))).toBe(VAGUE)
  })

  it('is refused under the keys of another instance, and the operator reads which key is missing', async () => {
    const [here, there] = await Promise.all([newVault(), newVault()])
    const blob = await here.vault.seal(context, 'shpat_1')
    const id = readFileSync(join(here.folder, 'master', 'active'), 'utf8').trim()
    expect(await refusal(() => there.vault.open(context, blob))).toBe(VAGUE)
    const thrown = await there.vault.open(context, blob).catch((error: AppError) => error.cause)
    expect(String(thrown)).toMatch(new RegExp(`Master key ${id} is not at .*keys folder was lost or not moved along`))
  })

  it('is refused when the master key has other bytes under the same id', async () => {
    const { folder, vault } = await newVault()
    const blob = await vault.seal(context, 'shpat_1')
    const id = readFileSync(join(folder, 'master', 'active'), 'utf8').trim()
    writeFileSync(join(folder, 'master', `${id}.key`), randomBytes(32))
    const restarted = createVault({ provider: localKeyProvider({ folder }), clock: () => 0 })
    expect(await refusal(() => restarted.open(context, blob))).toBe(VAGUE)
  })

  it('opens after a rotation, and new ones are wrapped by the new master key, in other processes too', async () => {
    const { folder, provider, vault } = await newVault()
    const elsewhere = createVault({ provider: localKeyProvider({ folder }), clock: () => 0 })
    const old = await elsewhere.seal(context, 'old')
    const id = await provider.rotate()
    const fresh = await elsewhere.seal(context, 'fresh')
    expect(fresh.toString('latin1')).toContain(id)
    expect(old.toString('latin1')).not.toContain(id)
    expect((await vault.open(context, old)).reveal().toString()).toBe('old')
    expect((await vault.open(context, fresh)).reveal().toString()).toBe('fresh')
  })

  it('never lets the key id inside it name another file', async () => {
    const { folder, vault } = await newVault()
    writeFileSync(join(folder, 'outside1.key'), Buffer.alloc(32))
    const blob = await vault.seal(context, 'x')
    blob.write('.././../outside1', 4, 'latin1')
    const thrown = await vault.open(context, blob).catch((error: AppError) => error.cause)
    expect(String(thrown)).toContain('not a data key that a local master key wrapped')
  })
})

describe('a data key', () => {
  it('refuses a swapped header, another key, a flipped bit and a cut, each with the vague error', async () => {
    const { vault } = await newVault()
    const { wrapped } = await vault.newDataKey(context)
    const key = await vault.dataKey(context, wrapped)
    const other = await vault.dataKey(context, (await vault.newDataKey(context)).wrapped)
    const blob = key.seal('w_1/41', 'body')
    expect(key.open('w_1/41', blob).toString()).toBe('body')
    expect(await refusal(() => key.open('w_1/42', blob))).toBe(VAGUE)
    expect(await refusal(() => other.open('w_1/41', blob))).toBe(VAGUE)
    for (let at = 0; at < blob.length; at++) {
      const changed = Buffer.from(blob)
      changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at)
      expect(await refusal(() => key.open('w_1/41', changed)), `byte ${at}`).toBe(VAGUE)
      expect(await refusal(() => key.open('w_1/41', blob.subarray(0, at))), `length ${at}`).toBe(VAGUE)
    }
  })

  it('does not unwrap for another workspace', async () => {
    const { vault } = await newVault()
    const { wrapped } = await vault.newDataKey(context)
    expect(await refusal(() => vault.dataKey({ ...context, workspace: 'w_2' }, wrapped))).toBe(VAGUE)
    expect(vault.cachedDataKey({ ...context, workspace: 'w_2' }, wrapped)).toBeUndefined()
  })

  it('macs parts, not their concatenation', async () => {
    const { vault } = await newVault()
    const key = await vault.dataKey(context, (await vault.newDataKey(context)).wrapped)
    expect(key.mac('ab', 'c')).not.toEqual(key.mac('a', 'bc'))
    expect(key.mac('ab', 'c')).toEqual(key.mac('ab', Buffer.from('c')))
  })

  it('is unwrapped once for many askers at once, and stays at hand', async () => {
    const watched = watchedProvider()
    const vault = createVault({ provider: watched.provider, clock: () => 0 })
    const wrapped = randomBytes(32)
    expect(vault.cachedDataKey(context, wrapped)).toBeUndefined()
    await Promise.all(Array.from({ length: 20 }, () => vault.dataKey(context, wrapped)))
    expect(watched.unwraps()).toBe(1)
    expect(vault.cachedDataKey(context, wrapped)?.seal('h', 'x')).toBeInstanceOf(Buffer)
  })

  it('asks the provider again after a failure', async () => {
    const watched = watchedProvider()
    let down = true
    const unwrap = async (wrapped: Buffer) => {
      if (down) throw new Error('key service is away')
      return watched.provider.unwrap(wrapped, context)
    }
    const vault = createVault({ provider: { ...watched.provider, unwrap }, clock: () => 0 })
    const wrapped = randomBytes(32)
    expect(await refusal(() => vault.dataKey(context, wrapped))).toBe(VAGUE)
    down = false
    expect((await vault.dataKey(context, wrapped)).mac('x')).toHaveLength(32)
  })

  it('is wiped 60 s after it was opened however often it is used, and refuses from then on', async () => {
    const watched = watchedProvider()
    let now = 1_000_000
    const vault = createVault({ provider: watched.provider, clock: () => now })
    const { wrapped } = await vault.newDataKey(context)
    now += 59_999
    const key = vault.cachedDataKey(context, wrapped)
    expect(key?.mac('x')).toHaveLength(32)
    expect(isWiped(watched.plains[0])).toBe(false)
    now += 1
    expect(vault.cachedDataKey(context, wrapped)).toBeUndefined()
    await nextTurn()
    expect(isWiped(watched.plains[0])).toBe(true)
    expect(await refusal(() => key?.seal('h', 'x'))).toBe(VAGUE)
    expect(await refusal(() => key?.mac('x'))).toBe(VAGUE)
  })

  it('is wiped when 1000 newer ones are open, yet every asker of a crowd can use what it got', async () => {
    const watched = watchedProvider()
    const vault = createVault({ provider: watched.provider, clock: () => 0 })
    const use = async () => (await vault.dataKey(context, randomBytes(32))).seal('h', 'x')
    expect(await Promise.all(Array.from({ length: 1500 }, use))).toHaveLength(1500)
    await nextTurn()
    expect(watched.plains.filter(isWiped)).toHaveLength(500)
    vault.close()
    await nextTurn()
    expect(watched.plains.every(isWiped)).toBe(true)
  })

  it('of a single sealed value is wiped when the value is sealed', async () => {
    const watched = watchedProvider()
    await createVault({ provider: watched.provider, clock: () => 0 }).seal(context, 'x')
    expect(watched.plains.map(isWiped)).toEqual([true])
  })
})
