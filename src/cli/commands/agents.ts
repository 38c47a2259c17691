import { type AgentSummary, createMachineAgent, findAgent, listAgents, revokeAgent } from '#identity'
import { systemClock } from '#kernel'
import { type Command, listOption, requiredOption, textOption, workspaceOption } from '../command.ts'
import { asOperator, chosenWorkspace, type Instance, withInstance } from '../with-instance.ts'

export const agentCreate: Command = {
  name: 'agent create',
  about: 'makes a machine agent and prints its secret, once',
  usage: 'NAME --role ROLE [--stores HANDLE,…] [--scopes SCOPE,…] [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...workspaceOption,
    role: { type: 'string', value: 'ROLE', about: 'analyst, support, merchandiser, operator or your own' },
    stores: { type: 'string', value: 'HANDLE,…', about: 'stores that it may use (all connected now)' },
    scopes: { type: 'string', value: 'SCOPE,…', about: "a part of the role's scopes (all of them)" },
    purpose: { type: 'string', value: 'TEXT', about: 'what it is for' },
  },
  run: ({ config, words: [name = ''], values }) => {
    const role = requiredOption({ values }, 'role')
    return asOperator(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const scopes = listOption({ values }, 'scopes')
      const agent = await createMachineAgent(parts(instance), {
        workspaceId,
        name,
        role,
        stores: listOption({ values }, 'stores') ?? 'all',
        ...(scopes && { scopes }),
        purpose: textOption({ values }, 'purpose') ?? '',
        createdBy: instance.by,
      })
      await instance.record({ action: 'agent.create', subject: agent.agentId }, workspaceId)
      const secret = agent.clientSecret.reveal()
      return {
        text: `Made the agent ${name}. Its secret is shown this once:\n  client_id      ${agent.clientId}\n  client_secret  ${secret}`,
        json: { agent: { id: agent.agentId, name, client_id: agent.clientId, client_secret: secret } },
      }
    })
  },
}

export const agentList: Command = {
  name: 'agent list',
  about: 'lists the agents of a workspace',
  usage: '[--workspace SLUG]',
  words: { min: 0, max: 0 },
  options: workspaceOption,
  run: ({ config, values }) =>
    withInstance(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const listed = await instance.jobs.inWorkspace(workspaceId, (tx) => listAgents(tx))
      const agents = listed.map(({ roleDefinition: _now, acceptedDefinition: _accepted, ...agent }) => agent)
      const lines = agents.map(describe)
      return {
        text:
          lines.length > 0
            ? lines.join('\n')
            : 'There are no agents yet; make one with: tillgate agent create NAME --role analyst',
        json: { agents },
      }
    }),
}

export const agentRevoke: Command = {
  name: 'agent revoke',
  about: 'stops the very next call of an agent',
  usage: 'NAME [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: workspaceOption,
  run: ({ config, words: [agent = ''], values }) =>
    withInstance(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const found = await instance.jobs.inWorkspace(workspaceId, (tx) => findAgent(tx, agent))
      const wasRevoked = found.revokedAt !== null
      // Once more all the same: a crash may have left its tokens and secrets.
      const { agentId: id, name } = await revokeAgent(parts(instance), {
        workspaceId,
        agent: found.agentId,
        by: instance.by,
      })
      if (!wasRevoked) await instance.record({ action: 'agent.revoke', subject: id }, workspaceId)
      return {
        text: wasRevoked ? `${name} was already revoked.` : `Revoked ${name}: its next call is refused.`,
        json: { revoked: { id, name, already: wasRevoked } },
      }
    }),
}

function parts({ jobs, database }: Instance) {
  return { jobs, authPool: database.pools.auth }
}

type Line = Omit<AgentSummary, 'roleDefinition' | 'acceptedDefinition'>

function describe(agent: Line): string {
  const { name, role, stores, clientId, kind, agentId, memberEmail } = agent
  const whose = kind === 'machine' ? clientId : `${agentId} of ${memberEmail ?? 'a former member'}`
  return `${name.padEnd(20)} ${role.padEnd(14)} ${whose}  ${stateOf(agent)}stores: ${stores.join(', ') || 'none'}`
}

function stateOf({ revokedAt, expiresAt, quarantinedAt }: Line): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}  `
  if (expiresAt && expiresAt.getTime() <= systemClock()) return `expired ${expiresAt.toISOString()}  `
  return quarantinedAt ? `quarantined ${quarantinedAt.toISOString()}  ` : ''
}
