import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '#kernel'
import type { Random } from './envelope.ts'
import { createFile, createFolder, hasCode, replaceFile } from './key-files.ts'
import type { KeyContext, KeyProvider } from './key-provider.ts'

const VERSION = 1
const IV = 12
const TAG = 16
const KEY = 32
/** Key ids come back inside wrapped bytes, and one becomes part of a path: nothing else may pass. */
const KEY_ID = /^[0-9a-f]{16}$/
const ID = 16
const IV_AT = 1 + ID
const TAG_AT = IV_AT + IV
const KEY_AT = TAG_AT + TAG
const WRAPPED = KEY_AT + KEY

/** A key provider whose master keys are files. */
export type LocalKeyProvider = KeyProvider & {
  /** Makes a new master key and lets it wrap from now on, in every process on this folder; older ones still open. Resolves to its id. */
  rotate(): Promise<string>
  /** Rejects with a sentence for the operator unless the active master key is there. */
  check(): Promise<void>
}

/**
 * Master keys in `<keys folder>/master/<key id>.key` (32 random bytes, mode 0600); `master/active` names the one that wraps.
 * Wraps by AES-256-GCM with the context as canonical JSON as AAD:
 * `version 1 | key id 16 | iv 12 | tag 16 | encrypted data key 32`.
 */
export function localKeyProvider({
  folder,
  random = randomBytes,
}: {
  folder: string
  random?: Random
}): LocalKeyProvider {
  const master = join(folder, 'master')
  const known = new Map<string, Buffer>()

  const masterKey = async (id: string) => {
    const key = known.get(id) ?? (await readMasterKey(master, id))
    known.set(id, key)
    return key
  }
  const active = async () => {
    const id = await readActive(master)
    return { id, key: await masterKey(id) }
  }
  return {
    async generateDataKey(context) {
      const plain = random(KEY)
      return { plain, wrapped: wrap({ ...(await active()), iv: random(IV) }, plain, context) }
    },
    async unwrap(wrapped, context) {
      return unwrapWith(await masterKey(keyIdOf(wrapped)), wrapped, context)
    },
    async rotate() {
      const id = randomBytes(ID / 2).toString('hex')
      await createFolder(master)
      await createFile(join(master, `${id}.key`), randomBytes(KEY))
      await replaceFile(join(master, 'active'), `${id}\n`)
      return id
    },
    async check() {
      await active()
    },
  }
}

function wrap(master: { id: string; key: Buffer; iv: Buffer }, plain: Buffer, context: KeyContext): Buffer {
  const cipher = createCipheriv('aes-256-gcm', master.key, master.iv, { authTagLength: TAG })
  cipher.setAAD(Buffer.from(canonicalJson(context)))
  const encrypted = cipher.update(plain)
  cipher.final()
  return Buffer.concat([
    Buffer.of(VERSION),
    Buffer.from(master.id, 'latin1'),
    master.iv,
    cipher.getAuthTag(),
    encrypted,
  ])
}

function keyIdOf(wrapped: Buffer): string {
  const id = wrapped.toString('latin1', 1, IV_AT)
  if (wrapped.length === WRAPPED && wrapped[0] === VERSION && KEY_ID.test(id)) return id
  throw new Error('this is not a data key that a local master key wrapped')
}

function unwrapWith(key: Buffer, wrapped: Buffer, context: KeyContext): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(IV_AT, TAG_AT), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(canonicalJson(context))).setAuthTag(wrapped.subarray(TAG_AT, KEY_AT))
  const plain = decipher.update(wrapped.subarray(KEY_AT))
  try {
    decipher.final()
  } catch (cause) {
    plain.fill(0)
    throw new Error('the wrapped data key was changed, or belongs to another context', { cause })
  }
  return plain
}

async function readActive(master: string): Promise<string> {
  const id = (await readKeyFile(join(master, 'active'), 'The file that names the active master key')).toString().trim()
  if (KEY_ID.test(id)) return id
  throw new Error(`${join(master, 'active')} is damaged: restore the keys folder from where you keep a copy.`)
}

async function readMasterKey(master: string, id: string): Promise<Buffer> {
  const path = join(master, `${id}.key`)
  const key = await readKeyFile(path, `Master key ${id}`)
  if (key.length === KEY) return key
  throw new Error(`Master key ${id} (${path}) is damaged: restore the keys folder from where you keep a copy.`)
}

async function readKeyFile(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cause
    const sentence = `${what} is not at ${path}: the keys folder was lost or not moved along; restore it from where you keep a copy.`
    throw new Error(sentence, { cause })
  }
}
