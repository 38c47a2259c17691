import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { Secret } from '#kernel'

/** A person. */
export type Account = { readonly accountId: string; readonly email: string; readonly name: string }

/** A live session; what it may open hangs on `mfaAt`. */
export type LoginSession = {
  readonly sessionId: string
  /** SHA-256 of the token, base64url: what the doors of the database take. */
  readonly hash: string
  readonly account: Account
  /** When a second factor was last shown; null where none was, and then only a second factor can be shown or enrolled. */
  readonly mfaAt: Date | null
  readonly createdAt: Date
}

/** Where a request came from. */
export type Caller = { readonly address: string; readonly userAgent: string }

/** How a password, code or passkey was taken. `cookies` are values of Set-Cookie. */
export type SignInResult =
  | { readonly kind: 'signed_in'; readonly session: LoginSession; readonly cookies: readonly string[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked'; readonly waitS: number }

/** How a code of the second factor was taken; on `ok` there is a new, fresh session in place of the one that was shown. */
export type CodeResult =
  | { readonly kind: 'ok'; readonly session: LoginSession; readonly cookies: readonly string[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked'; readonly waitS: number }

export type SessionSummary = {
  readonly sessionId: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
  readonly address: string | null
  readonly userAgent: string | null
}

export type PasskeySummary = {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export type Factors = {
  readonly totp: boolean
  readonly passkeys: readonly PasskeySummary[]
  readonly recoveryCodesLeft: number
}

export type LinkPurpose = 'setup' | 'password' | 'second_factor'

/**
 * People: accounts, passwords, sessions, second factors and one-time links. What takes a session throws AppError `not_allowed`
 * where that ended or was renewed meanwhile.
 */
export type Login = {
  /** The live session that the request's Cookie header carries; one read of the database, never a cache. */
  session(cookieHeader: string | undefined): Promise<LoginSession | undefined>
  /** The password step: a new session with `mfaAt` null. Wrong passwords and unknown addresses look and take alike. */
  signIn(input: { email: string; password: string } & Caller): Promise<SignInResult>
  /** Ends the session; gives the Set-Cookie values that clear it. */
  signOut(session: LoginSession): Promise<readonly string[]>
  sessions(accountId: string): Promise<SessionSummary[]>
  /** Whether there was such a session of the account. */
  endSession(accountId: string, sessionId: string): Promise<boolean>
  /** Ends every session of the account, but for the one given. */
  endOtherSessions(accountId: string, except?: string): Promise<void>

  /** Throws AppError `invalid_arguments` with `field` for a bad address or name, a weak password, a taken address. */
  createAccount(input: { email: string; name: string; password: string }): Promise<Account>
  accountByEmail(email: string): Promise<Account | undefined>
  /**
   * Ends all sessions but the given one, which stays as it is and must be fresh. Refused or locked as a sign-in is; throws
   * `invalid_arguments` for a weak password.
   */
  changePassword(session: LoginSession, input: { current: string; next: string }): Promise<CodeResult>

  factors(accountId: string): Promise<Factors>
  /**
   * An unconfirmed seed: `secret` in base32, `uri` for a QR code (otpauth). The same one again for the same session; another
   * session gets another one in its place. Throws AppError `not_allowed` where the account has a confirmed one.
   */
  beginTotp(session: LoginSession): Promise<{ secret: string; uri: string }>
  /** Confirms the seed with its first code. On `ok` ten recovery codes come, shown once, where the account had none. */
  confirmTotp(session: LoginSession, code: string): Promise<CodeResult & { recoveryCodes?: readonly string[] }>
  /** A code of the authenticator app or a recovery code: steps t-1, t, t+1, each once, only rising. */
  showCode(session: LoginSession, code: string): Promise<CodeResult>
  /** Ten new recovery codes in place of the old ones. Needs a fresh session. */
  renewRecoveryCodes(session: LoginSession): Promise<readonly string[]>

  /** WebAuthn ceremonies; `state` goes into the browser's page and comes back with the answer, once, within 5 minutes. */
  passkeyOptions(purpose: 'sign_in'): Promise<{ state: string; options: PublicKeyCredentialRequestOptionsJSON }>
  passkeyConfirmOptions(
    session: LoginSession,
  ): Promise<{ state: string; options: PublicKeyCredentialRequestOptionsJSON }>
  passkeyAddOptions(session: LoginSession): Promise<{ state: string; options: PublicKeyCredentialCreationOptionsJSON }>
  /** Signs in with a passkey alone: user verification is required, so the session is fresh at once. */
  signInByPasskey(input: { state: string; response: AuthenticationResponseJSON } & Caller): Promise<SignInResult>
  confirmByPasskey(
    session: LoginSession,
    input: { state: string; response: AuthenticationResponseJSON },
  ): Promise<CodeResult>
  /** Where this is the account's first second factor, recovery codes come with it and the session is fresh. */
  addPasskey(
    session: LoginSession,
    input: { state: string; response: RegistrationResponseJSON; name: string },
  ): Promise<CodeResult & { recoveryCodes?: readonly string[] }>
  /** Whether it was there. The last second factor stays: AppError `not_allowed`. */
  removePasskey(session: LoginSession, id: string): Promise<boolean>

  /** A one-time link's token; only its hash is stored. `setup` has no account. Replaces older open ones of the same purpose and account. */
  issueLink(link: { purpose: LinkPurpose; accountId?: string; createdBy: string; minutes: number }): Promise<Secret>
  /** What an open link is for, without using it. */
  readLink(token: string): Promise<{ purpose: LinkPurpose; account: Account | undefined } | undefined>
  /** Uses up an open set-up link; false where it is not open any more. */
  useSetupLink(token: string): Promise<boolean>
  /** Sets the password of the link's account and ends all its sessions; false where the link is not open any more. */
  resetPassword(token: string, password: string): Promise<boolean>
  /** Takes TOTP, passkeys and recovery codes from the link's account and ends all its sessions. */
  resetSecondFactor(token: string): Promise<boolean>
}
