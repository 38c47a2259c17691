import { randomBytes } from 'node:crypto'
import { hmac, type Secret, sameBytes } from '#kernel'

/** The browser, signed in or not: a random value that only it and the form tokens know. */
const VISIT_COOKIE = '__Host-tillgate-visit'

const VISIT = /^[A-Za-z0-9_-]{22}$/

/** The visit of a Cookie header, or a new one with the Set-Cookie value that begins it. */
export function visitOf(cookieHeader: string | undefined): { visit: string; cookie: string | undefined } {
  const found = cookieHeader?.match(/(?:^|;\s*)__Host-tillgate-visit=([^;]*)/)?.[1]
  if (found !== undefined && VISIT.test(found)) return { visit: found, cookie: undefined }
  const visit = randomBytes(16).toString('base64url')
  return { visit, cookie: `${VISIT_COOKIE}=${visit}; Path=/; Secure; HttpOnly; SameSite=Lax` }
}

/** What a form token is bound to: this browser, this session and, where it matters, this one request. */
export type FormOwner = { readonly visit: string; readonly sessionHash: string; readonly subject: string }

/** The hidden field `csrf`. */
export function formToken(key: Secret<Buffer>, { visit, sessionHash, subject }: FormOwner): string {
  return hmac(key.reveal(), 'form\n', visit, '\n', sessionHash, '\n', subject).toString('base64url')
}

export function isFormToken(key: Secret<Buffer>, owner: FormOwner, presented: string): boolean {
  return sameBytes(Buffer.from(formToken(key, owner)), Buffer.from(presented))
}
