import { AppError } from '#kernel'
import { PASSWORD_MAX, PASSWORD_MIN } from './better-auth.ts'

/** Passwords that meet the length and are tried first all the same. */
const COMMON = [
  'password',
  'qwertyuiop',
  'letmein',
  'iloveyou',
  'administrator',
  'welcome',
  'changeme',
  'tillgate',
  '123456789',
]

/** Throws AppError `invalid_arguments` with the field `password` for one that is short, long or easily guessed. */
export function refuseWeakPassword(password: string, email: string): void {
  const length = [...password].length
  if (length < PASSWORD_MIN || length > PASSWORD_MAX) {
    throw refused(`A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`)
  }
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) throw refused('This password repeats itself: choose one with more different characters.')
  const name = email.split('@', 1)[0] ?? ''
  if (name.length >= 4 && lower.includes(name))
    throw refused('A password must not hold the name of the e-mail address.')
  if (COMMON.some((word) => lower.replaceAll(/[^a-z]+$|^[^a-z]+/g, '') === word || lower.startsWith('1234567890'))) {
    throw refused('This password is among the first that are tried: choose another one.')
  }
}

function refused(sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field: 'password' })
}
