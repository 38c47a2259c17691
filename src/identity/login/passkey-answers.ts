import type { AuthenticationResponseJSON, RegistrationResponseJSON, WebAuthnCredential } from '@simplewebauthn/server'
import type { StoredPasskey } from './stored-passkeys.ts'

/** Where passkeys are good. */
export type Site = { readonly origin: string; readonly rpID: string }

/** The new counter of a passkey that answered the challenge here, with user verification; undefined where it did not. */
export async function verifiedCounter(
  site: Site,
  { challenge, response, stored }: { challenge: string; response: AuthenticationResponseJSON; stored: StoredPasskey },
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const verified = await orUndefined(() =>
    verifyAuthenticationResponse({
      response,
      ...expectedOf(site, challenge),
      credential: {
        id: stored.credential_id,
        publicKey: new Uint8Array(stored.public_key),
        counter: Number(stored.counter),
      },
    }),
  )
  return verified?.verified ? verified.authenticationInfo.newCounter : undefined
}

/** The passkey that was made for the challenge here, with user verification; undefined where none was. */
export async function registrationOf(
  site: Site,
  { challenge, response }: { challenge: string; response: RegistrationResponseJSON },
): Promise<WebAuthnCredential | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const verified = await orUndefined(() => verifyRegistrationResponse({ response, ...expectedOf(site, challenge) }))
  return verified?.verified ? verified.registrationInfo.credential : undefined
}

function expectedOf({ origin, rpID }: Site, challenge: string) {
  return { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true }
}

/** The library throws for whatever does not verify, malformed answers too: to us all of them are a no. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
