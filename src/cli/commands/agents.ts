import { type AgentSummary, createMachineAgent, listAgents, revokeAgent } from '#identity'
import { type Command, listOption, type Options, requiredOption, textOption } from '../command.ts'
import { asOperator, chosenWorkspace, type Instance, withInstance } from '../with-instance.ts'

const inWorkspace: Options = {
  workspace: { type: 'string', value: 'SLUG', about: 'the workspace (the only one there is)' },
}

export const agentCreate: Command = {
  name: 'agent create',
  about: 'makes a machine agent and prints its secret, once',
  usage: 'NAME --role ROLE [--stores HANDLE,…] [--scopes SCOPE,…] [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...inWorkspace,
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
        createdBy: `operator:${config.operator}`,
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
  options: inWorkspace,
  run: ({ config, values }) =>
    withInstance(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const agents = await listAgents(instance, workspaceId)
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
  options: inWorkspace,
  run: ({ config, words: [agent = ''], values }) =>
    withInstance(config, async (instance) => {
      const { workspaceId } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const by = `operator:${config.operator}`
      const wasRevoked = await hasEnded(instance, workspaceId, agent)
      // Once more all the same: a crash may have left its tokens and secrets.
      const { agentId: id, name } = await revokeAgent(parts(instance), { workspaceId, agent, by })
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

/** Whether agents have this name or id, but no live one. */
async function hasEnded(instance: Instance, workspaceId: string, nameOrId: string): Promise<boolean> {
  const agents = await listAgents(instance, workspaceId)
  const named = agents.filter(({ name, agentId }) => name === nameOrId || agentId === nameOrId)
  return named.length > 0 && named.every(({ revokedAt }) => revokedAt !== null)
}

function describe({ name, role, stores, clientId, revokedAt }: AgentSummary): string {
  const state = revokedAt ? `revoked ${revokedAt.toISOString()}` : `stores: ${stores.join(', ') || 'none'}`
  return `${name.padEnd(20)} ${role.padEnd(14)} ${clientId}  ${state}`
}
