import type { Secret } from '#kernel'

/** How long the link of a reset is good. */
export const LINK_MINUTES = 30

/** The letter that carries a one-time link. */
export function letterOf(
  base: string,
  what: 'password' | 'second_factor',
  token: Secret,
): { subject: string; text: string } {
  const { subject, does } = LETTERS[what]
  return {
    subject,
    text: `${does}

Open this link within ${LINK_MINUTES} minutes; it works once:
${base}/console/reset/${token.reveal()}

If you did not ask for it, do nothing: without the link nothing changes.
`,
  }
}

const LETTERS = {
  password: {
    subject: 'A new password for Tillgate',
    does: 'Somebody, we hope you, asked for a new password for your account.',
  },
  second_factor: {
    subject: 'A new second factor for Tillgate',
    does: 'Somebody who knows your password asked to set up a new second factor for your account. If that was not you, change your password.',
  },
} as const
