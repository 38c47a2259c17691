import { quarantineAgent, releaseAgent, rotateAgentSecret } from '#identity'
import { type Command, textOption, UsageError, workspaceOption } from '../command.ts'
import { asOperator, chosenWorkspace, inChosenWorkspace, withInstance } from '../with-instance.ts'

export const agentQuarantine: Command = {
  name: 'agent quarantine',
  about: 'lets an agent write nothing and see neither personal data nor text of strangers',
  usage: 'NAME [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: workspaceOption,
  run: ({ config, words: [agent = ''], values }) =>
    withInstance(config, async (instance) => {
      const { agentId, name, already, workspace } = await inChosenWorkspace(
        instance,
        textOption({ values }, 'workspace'),
        (tx) => quarantineAgent(tx, { agent, by: instance.by }),
      )
      if (!already) await instance.record({ action: 'agent.quarantine', subject: agentId }, workspace.workspaceId)
      return {
        text: already ? `${name} was in quarantine already.` : `Quarantined ${name}, from its next call on.`,
        json: { quarantined: { id: agentId, name, already } },
      }
    }),
}

export const agentRelease: Command = {
  name: 'agent release',
  about: 'ends the quarantine of an agent',
  usage: 'NAME [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: workspaceOption,
  run: ({ config, words: [agent = ''], values }) =>
    asOperator(config, async (instance) => {
      const { agentId, name, already, workspace } = await inChosenWorkspace(
        instance,
        textOption({ values }, 'workspace'),
        (tx) => releaseAgent(tx, { agent }),
      )
      if (!already) await instance.record({ action: 'agent.release', subject: agentId }, workspace.workspaceId)
      return {
        text: already ? `${name} is not in quarantine.` : `Released ${name}.`,
        json: { released: { id: agentId, name, already } },
      }
    }),
}

const OVERLAP_MINUTES = 60
const OVERLAP_MAX = 7 * 24 * 60

export const agentRotate: Command = {
  name: 'agent rotate',
  about: 'gives a machine agent a new secret and prints it, once',
  usage: 'NAME [--overlap MINUTES] [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...workspaceOption,
    overlap: { type: 'string', value: 'MINUTES', about: `how long the old secret still opens (${OVERLAP_MINUTES})` },
  },
  run: ({ config, words: [agent = ''], values }) => {
    const minutes = overlapOf(textOption({ values }, 'overlap'))
    return asOperator(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const parts = { jobs: instance.jobs, authPool: instance.database.pools.auth }
      const rotated = await rotateAgentSecret(parts, { workspaceId, agent, overlapSeconds: minutes * 60 })
      await instance.record({ action: 'agent.rotate', subject: rotated.agentId }, workspaceId)
      const { agentId: id, name, clientId: client_id } = rotated
      const secret = rotated.clientSecret.reveal()
      return {
        text: `The new secret of ${name} is shown this once; the old one opens for ${minutes} more minutes:\n  client_id      ${client_id}\n  client_secret  ${secret}`,
        json: { agent: { id, name, client_id, client_secret: secret, overlap_minutes: minutes } },
      }
    })
  },
}

function overlapOf(text: string | undefined): number {
  if (text === undefined) return OVERLAP_MINUTES
  const minutes = Number(text)
  if (/^\d{1,5}$/.test(text) && minutes <= OVERLAP_MAX) return minutes
  throw new UsageError(`--overlap takes minutes, from 0 to ${OVERLAP_MAX}`)
}
