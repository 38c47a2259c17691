import { AppError } from '#kernel'
import { PASSWORD_MAX, PASSWORD_MIN } from './better-auth.ts'

/** Passwords that are tried first, with digits and marks before or behind them. */
const COMMON = new Set([
  'password',
  'passwort',
  'passphrase',
  'qwertyuiop',
  'qwertyuiopasdf',
  'asdfghjkl',
  'letmein',
  'iloveyou',
  'administrator',
  'welcome',
  'changeme',
  'correcthorsebatterystaple',
  'tillgate',
])
const COMMON_START = ['1234567890', '0987654321', 'abcdefghij']
const DIFFERENT_MIN = 5
/** A shorter name of an address may well be part of a good password by chance. */
const LOCAL_PART_MIN = 4

/** Throws AppError `invalid_arguments` with the field `password` for one that is short, long or easily guessed. */
export function refuseWeakPassword(password: string, email: string): void {
  const length = [...password].length
  if (length < PASSWORD_MIN || length > PASSWORD_MAX) {
    throw refused(`A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`)
  }
  const lower = password.toLowerCase()
  if (repeatsItself(lower)) throw refused('This password repeats itself: choose one with more different characters.')
  const localPart = email.split('@', 1)[0] ?? ''
  if (localPart.length >= LOCAL_PART_MIN && lower.includes(localPart)) {
    throw refused('A password must not hold the name of the e-mail address.')
  }
  if (isCommon(lower)) throw refused('This password is among the first that are tried: choose another one.')
}

function repeatsItself(lower: string): boolean {
  return new Set(lower).size < DIFFERENT_MIN || /^(.{1,64}?)\1+$/su.test(lower)
}

function isCommon(lower: string): boolean {
  return COMMON.has(lower.replaceAll(/[^a-z]/g, '')) || COMMON_START.some((start) => lower.startsWith(start))
}

function refused(sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field: 'password' })
}
