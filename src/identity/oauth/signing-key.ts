import { generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson, sha256 } from '#kernel'

export const signingKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
})

/** A private signing key as JWK (RFC 7517). */
export type SigningKey = z.output<typeof signingKey>

/** A new key for ES256; its id is its thumbprint (RFC 7638). */
export function newSigningKey(): SigningKey {
  const { crv, d, kty, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const kid = sha256(canonicalJson({ crv, kty, x, y })).toString('base64url')
  return signingKey.parse({ crv, d, kty, x, y, kid, alg: 'ES256', use: 'sig' })
}
