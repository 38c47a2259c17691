import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

/** What a browser and its authenticator say; tests turn one thing wrong at a time. */
type Said = { origin: string; rpID: string; userVerified: boolean; counter: number; userHandle: string | undefined }

/** A passkey in software (WebAuthn level 3, ES256, no attestation). */
export type SoftPasskey = {
  readonly id: string
  /** The answer to `navigator.credentials.create`. */
  register(options: PublicKeyCredentialCreationOptionsJSON, wrong?: Partial<Said>): RegistrationResponseJSON
  /** The answer to `navigator.credentials.get`. Counts up at each use, unless told otherwise. */
  answer(options: PublicKeyCredentialRequestOptionsJSON, wrong?: Partial<Said>): AuthenticationResponseJSON
}

export function softPasskey(origin: string): SoftPasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rawId = randomBytes(16)
  const id = rawId.toString('base64url')
  const usual = { origin, rpID: new URL(origin).hostname, userVerified: true }
  let counter = 0
  let userHandle: string | undefined
  return {
    id,
    register(options, wrong) {
      userHandle = options.user.id
      const said = { ...usual, counter, userHandle, ...wrong }
      const attested = Buffer.concat([Buffer.alloc(16), uint16(rawId.length), rawId, coseKey(publicKey)])
      const authData = Buffer.concat([authenticatorData(said, ATTESTED), attested])
      return {
        ...envelope(id),
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, said.origin).toString('base64url'),
          attestationObject: attestation(authData).toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    answer(options, wrong) {
      counter += 1
      const said = { ...usual, counter, userHandle, ...wrong }
      const authData = authenticatorData(said, 0)
      const clientDataJSON = clientData('webauthn.get', options.challenge, said.origin)
      const signed = createSign('sha256').update(authData).update(sha256(clientDataJSON)).sign(privateKey)
      return {
        ...envelope(id),
        response: {
          clientDataJSON: clientDataJSON.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signed.toString('base64url'),
          ...(said.userHandle !== undefined && { userHandle: said.userHandle }),
        },
      }
    },
  }
}

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const ATTESTED = 0x40

function envelope(id: string) {
  return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} }
}

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

function authenticatorData({ rpID, userVerified, counter }: Said, more: number): Buffer {
  const flags = USER_PRESENT | (userVerified ? USER_VERIFIED : 0) | more
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  return Buffer.concat([sha256(rpID), Buffer.of(flags), count])
}

/** CBOR (RFC 8949): {"fmt": "none", "attStmt": {}, "authData": bytes}. */
function attestation(authData: Buffer): Buffer {
  const text = (word: string) => Buffer.concat([Buffer.of(0x60 + word.length), Buffer.from(word)])
  const bytes = Buffer.concat([Buffer.of(0x59), uint16(authData.length), authData])
  const none = Buffer.concat([text('fmt'), text('none')])
  return Buffer.concat([Buffer.of(0xa3), none, text('attStmt'), Buffer.of(0xa0), text('authData'), bytes])
}

/** COSE (RFC 9053): {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const coordinate = (label: number, value: string) =>
    Buffer.concat([Buffer.of(label, 0x58, 32), Buffer.from(value, 'base64url')])
  const head = Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01)
  return Buffer.concat([head, coordinate(0x21, x), coordinate(0x22, y)])
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
