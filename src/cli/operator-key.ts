import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, newToken, type Secret, sameBytes, tokenHash } from '#kernel'
import { writeOwnFile } from './own-file.ts'

const FILE = 'operator.hash'

/** Makes the operator key where there is none yet and gives it, once; only its hash is kept. */
export function makeOperatorKey(keysFolder: string): string | undefined {
  const file = join(keysFolder, FILE)
  if (existsSync(file)) return undefined
  const key = newToken('op')
  writeOwnFile(file, tokenHash(key).toString('hex'))
  return key
}

/**
 * Commands that widen what agents may do need the operator key, so that a program that may merely run Tillgate's
 * commands cannot. Throws AppError `not_allowed`.
 */
export function requireOperatorKey(keysFolder: string, key: Secret | undefined): void {
  const file = join(keysFolder, FILE)
  if (!existsSync(file)) {
    throw new AppError(
      'not_allowed',
      `There is no operator key in ${keysFolder} yet: start \`tillgate serve\` once, it prints the key.`,
    )
  }
  const expected = Buffer.from(readFileSync(file, 'utf8'), 'hex')
  if (key !== undefined && sameBytes(tokenHash(key.reveal()), expected)) return
  throw new AppError(
    'not_allowed',
    'This command widens what agents may do: set TILLGATE_OPERATOR_KEY to the operator key that the first start printed.',
  )
}
