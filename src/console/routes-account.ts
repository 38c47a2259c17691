import { inJson } from './in-json.ts'
import { showAccount } from './pages/account.ts'
import { removePasskey, renewRecoveryCodes } from './pages/account-factors-acts.ts'
import { changePassword } from './pages/account-password.ts'
import { endOtherSessions, endSession } from './pages/account-sessions.ts'
import { enrolApp, showEnrol } from './pages/enrol.ts'
import { addOptions, addPasskey } from './pages/enrol-passkey.ts'
import { answerInvitation, showInvitation } from './pages/invitation.ts'
import { askReset, showReset } from './pages/reset.ts'
import { showResetLink, useResetLink } from './pages/reset-link.ts'
import { showCode, showSecondFactor } from './pages/second-factor.ts'
import { sendLostFactor, showLostFactor } from './pages/second-factor-lost.ts'
import { confirmByPasskey, confirmOptions } from './pages/second-factor-passkey.ts'
import { setUp, showSetup } from './pages/setup.ts'
import { showSignIn, signIn, signOut } from './pages/sign-in.ts'
import { signInByPasskey, signInOptions } from './pages/sign-in-passkey.ts'
import type { Route } from './route.ts'

/** How people come in, and what they do with their own account. A session without a second factor can only show or enrol one. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/sign-in', needs: 'nothing', handle: showSignIn },
  { method: 'POST', path: '/sign-in', needs: 'nothing', handle: signIn },
  { method: 'POST', path: '/passkeys/sign-in/options', needs: 'nothing', handle: inJson(signInOptions) },
  { method: 'POST', path: '/passkeys/sign-in', needs: 'nothing', handle: inJson(signInByPasskey) },
  { method: 'POST', path: '/sign-out', needs: 'session', handle: signOut },

  { method: 'GET', path: '/second-factor', needs: 'session', handle: showSecondFactor },
  { method: 'POST', path: '/second-factor', needs: 'session', handle: showCode },
  { method: 'POST', path: '/passkeys/confirm/options', needs: 'session', handle: inJson(confirmOptions) },
  { method: 'POST', path: '/passkeys/confirm', needs: 'session', handle: inJson(confirmByPasskey) },
  { method: 'GET', path: '/lost-factor', needs: 'session', handle: showLostFactor },
  { method: 'POST', path: '/lost-factor', needs: 'session', handle: sendLostFactor },

  { method: 'GET', path: '/enrol', needs: 'session', handle: showEnrol },
  { method: 'POST', path: '/enrol', needs: 'session', handle: enrolApp },
  { method: 'POST', path: '/passkeys/add/options', needs: 'session', handle: inJson(addOptions) },
  { method: 'POST', path: '/passkeys/add', needs: 'session', handle: inJson(addPasskey) },

  { method: 'GET', path: '/account', needs: 'second_factor', handle: showAccount },
  { method: 'POST', path: '/account/password', needs: 'fresh', handle: changePassword },
  { method: 'POST', path: '/account/recovery-codes', needs: 'fresh', handle: renewRecoveryCodes },
  { method: 'POST', path: '/account/passkeys/:passkey/remove', needs: 'fresh', handle: removePasskey },
  { method: 'POST', path: '/account/sessions/end-others', needs: 'second_factor', handle: endOtherSessions },
  { method: 'POST', path: '/account/sessions/:session/end', needs: 'second_factor', handle: endSession },

  { method: 'GET', path: '/reset', needs: 'nothing', handle: showReset },
  { method: 'POST', path: '/reset', needs: 'nothing', handle: askReset },
  { method: 'GET', path: '/reset/:token', needs: 'nothing', handle: showResetLink },
  { method: 'POST', path: '/reset/:token', needs: 'nothing', handle: useResetLink },
  { method: 'GET', path: '/invitation/:token', needs: 'nothing', handle: showInvitation },
  { method: 'POST', path: '/invitation/:token', needs: 'nothing', handle: answerInvitation },
  { method: 'GET', path: '/setup/:token', needs: 'nothing', handle: showSetup },
  { method: 'POST', path: '/setup/:token', needs: 'nothing', handle: setUp },
]
