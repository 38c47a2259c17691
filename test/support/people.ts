import type { Ready } from './product.ts'
import type { Person } from './walk.ts'

/** The demo's owner. */
export function ownerOf({ owner }: Ready): Person {
  return { email: owner.email, password: owner.password, totpSecret: owner.totp_secret }
}
