import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, Secret } from '#kernel'
import { createFile, createFolder, exists, isTooOpen } from './key-files.ts'
import { type LocalKeyProvider, localKeyProvider } from './local-provider.ts'

/** The keys of one Tillgate instance. */
export type InstanceKeys = {
  provider: LocalKeyProvider
  /** Ed25519 private key (RFC 8032) that signs audit heads; `signing.pem`, PKCS #8. */
  signingKey: KeyObject
  /** 32 bytes that seal cursors; `cursor.key`. */
  cursorKey: Secret<Buffer>
}

type Place = {
  folder: string
  /** Whether nothing has been stored with these keys yet. Only then are missing keys made. */
  dataFolderIsNew: boolean
}

/**
 * Opens the keys folder, and makes what is missing on the first start: folders 0700, files 0600.
 * Throws AppError `unavailable` with a sentence for the operator when keys are missing though there is data,
 * when others may read them, when a key is damaged, and when the folder cannot be read or written.
 */
export async function openKeysFolder(place: Place): Promise<InstanceKeys> {
  try {
    return await openFolder(place)
  } catch (cause) {
    throw cause instanceof AppError ? cause : unusable(place.folder, cause)
  }
}

async function openFolder({ folder, dataFolderIsNew }: Place): Promise<InstanceKeys> {
  const provider = localKeyProvider({ folder })
  if (dataFolderIsNew) await createMissing(folder, provider)
  const missing = await missingFrom(folder)
  if (missing !== undefined) throw keysLost(folder, missing)
  await refuseTooOpen(folder)
  await checkMaster(provider)
  return {
    provider,
    signingKey: await readSigningKey(folder),
    cursorKey: new Secret(await readCursorKey(folder)),
  }
}

const FILES = ['master/active', 'signing.pem', 'cursor.key'] as const

async function createMissing(folder: string, provider: LocalKeyProvider): Promise<void> {
  await createFolder(folder)
  if (!(await exists(join(folder, 'master', 'active')))) await provider.rotate()
  const { privateKey } = generateKeyPairSync('ed25519')
  const makers = {
    'signing.pem': () => privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'cursor.key': () => randomBytes(32),
  }
  for (const [name, make] of Object.entries(makers)) {
    if (!(await exists(join(folder, name)))) await createFile(join(folder, name), make())
  }
}

async function missingFrom(folder: string): Promise<string | undefined> {
  for (const name of FILES) if (!(await exists(join(folder, name)))) return name
  return undefined
}

async function refuseTooOpen(folder: string): Promise<void> {
  const inside = await readdir(folder, { recursive: true })
  for (const path of [folder, ...inside.map((name) => join(folder, name))]) {
    if (await isTooOpen(path)) throw tooOpen(folder, path)
  }
}

async function checkMaster(provider: LocalKeyProvider): Promise<void> {
  try {
    await provider.check()
  } catch (cause) {
    if (!(cause instanceof Error) || 'code' in cause) throw cause
    throw new AppError('unavailable', cause.message, { cause })
  }
}

async function readSigningKey(folder: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(join(folder, 'signing.pem')))
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key')
    return key
  } catch (cause) {
    throw damaged(folder, 'signing.pem', cause)
  }
}

async function readCursorKey(folder: string): Promise<Buffer> {
  const key = await readFile(join(folder, 'cursor.key'))
  if (key.length === 32) return key
  throw damaged(folder, 'cursor.key', new Error(`32 bytes expected, ${key.length} found`))
}

function keysLost(folder: string, missing: string): AppError {
  return new AppError(
    'unavailable',
    `There is data, but its keys are missing: ${join(folder, missing)} should exist. Restore the keys folder to ${folder} from where you keep a copy, or start with an empty data folder.`,
  )
}

function tooOpen(folder: string, path: string): AppError {
  return new AppError(
    'unavailable',
    `Others on this machine may read ${path}. Close the keys folder with: chmod -R go= '${folder.replaceAll("'", "'\\''")}'`,
  )
}

function damaged(folder: string, name: string, cause: unknown): AppError {
  const sentence = `${join(folder, name)} is damaged: restore the keys folder from where you keep a copy.`
  return new AppError('unavailable', sentence, { cause })
}

function unusable(folder: string, cause: unknown): AppError {
  const reason = cause instanceof Error && 'code' in cause ? `${cause.code}` : 'unknown reason'
  const sentence = `The keys folder ${folder} cannot be read or written (${reason}): give it to the user that runs Tillgate.`
  return new AppError('unavailable', sentence, { cause })
}
