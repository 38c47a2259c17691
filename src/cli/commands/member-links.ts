import type { Config } from '#config'
import { loginSecret } from '#foundation'
import { createLogin, createMailer, inviteMember, memberByEmail } from '#identity'
import { AppError, systemClock } from '#kernel'
import { type Command, requiredOption, textOption, workspaceOption } from '../command.ts'
import { asOperator, chosenWorkspace, type Instance, inChosenWorkspace } from '../with-instance.ts'
import { seatNamed } from './members.ts'

export const memberInvite: Command = {
  name: 'member invite',
  about: 'invites an address to a seat; prints the link, and mails it where mail is set up',
  usage: 'EMAIL --seat SEAT [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...workspaceOption,
    seat: { type: 'string', value: 'SEAT', about: 'owner, admin, approver or viewer' },
  },
  run: ({ config, words: [email = ''], values }) => {
    const seat = seatNamed(requiredOption({ values }, 'seat'))
    return asOperator(config, async (instance) => {
      const { workspaceId, name } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const { invitationId, token } = await instance.jobs.inWorkspace(workspaceId, (tx) =>
        inviteMember(tx, { workspaceId, email, seat, by: instance.by }),
      )
      await instance.record({ action: 'member.invite', subject: invitationId }, workspaceId)
      const link = `${baseOf(config)}/console/invitation/${token.reveal()}`
      const mailed = await mail(config, { to: email, name, link })
      return {
        text: `Invited ${email} as ${seat}. ${HOW[mailed]}\n  ${link}`,
        json: { invitation: { id: invitationId, email, seat, link, mailed: mailed === 'sent' } },
      }
    })
  },
}

const HOW = {
  off: 'Send this link on a way that only they can read; it works once, for 7 days:',
  sent: 'The link was mailed; it works once, for 7 days:',
  failed: 'The mail could not be sent: give them this link yourself; it works once, for 7 days:',
} as const

/** The invitation stands either way, and its link is printed: mail that fails does not fail the command. */
async function mail(
  { mail: settings }: Config,
  { to, name, link }: { to: string; name: string; link: string },
): Promise<keyof typeof HOW> {
  if (!settings) return 'off'
  const text = `You are invited to the workspace ${name} in Tillgate.\nOpen this link within 7 days; it works once:\n${link}\nIf you do not know what this is about, do nothing.\n`
  try {
    await createMailer(settings.url, settings.from).send({ to, subject: `Invitation to ${name}`, text })
    return 'sent'
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') return 'failed'
    throw error
  }
}

const RESET_MINUTES = 30

export const memberReset: Command = {
  name: 'member reset',
  about: 'prints a one-time link by which a member sets a new password, or a new second factor',
  usage: 'EMAIL [--second-factor] [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...workspaceOption,
    'second-factor': { type: 'boolean', about: 'takes passkeys, authenticator app and recovery codes away' },
  },
  run: ({ config, words: [email = ''], values }) =>
    asOperator(config, async (instance) => {
      const { accountId, workspace } = await inChosenWorkspace(instance, textOption({ values }, 'workspace'), (tx) =>
        memberByEmail(tx, email),
      )
      const purpose = values['second-factor'] === true ? 'second_factor' : 'password'
      const login = await loginOf(instance)
      const token = await login.issueLink({ purpose, accountId, createdBy: instance.by, minutes: RESET_MINUTES })
      await instance.record({ action: 'member.reset', subject: accountId }, workspace.workspaceId)
      const link = `${baseOf(config)}/console/reset/${token.reveal()}`
      return {
        text: `Give this link to ${email} on a way that only they can read; it works once, for ${RESET_MINUTES} minutes:\n  ${link}`,
        json: { reset: { id: accountId, email, purpose, link, minutes: RESET_MINUTES } },
      }
    }),
}

function loginOf({ config, database, vault, keys }: Instance) {
  return createLogin({
    base: baseOf(config),
    authPool: database.pools.auth,
    vault,
    clock: systemClock,
    secret: loginSecret(keys),
  })
}

function baseOf({ url, port }: Config): string {
  return url ?? `http://localhost:${port}`
}
