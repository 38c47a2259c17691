import { STORE_HANDLE } from '#commerce'
import { type AgentSummary, addStore, addStoreToGrant, listAgents } from '#identity'
import { AppError, Secret, systemClock } from '#kernel'
import {
  type Command,
  type Invocation,
  listOption,
  requiredOption,
  textOption,
  UsageError,
  workspaceOption,
} from '../command.ts'
import { asOperator, chosenWorkspace, type Instance } from '../with-instance.ts'

export const storeAdd: Command = {
  name: 'store add',
  about: 'connects a store; so far a sandbox that `tillgate sandbox shopify` runs',
  usage: 'HANDLE --sandbox URL [--agents NAME,…|all] [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    ...workspaceOption,
    sandbox: {
      type: 'string',
      value: 'URL',
      about: 'address that the sandbox printed; its token comes from TILLGATE_SANDBOX_TOKEN',
    },
    agents: { type: 'string', value: 'NAME,…|all', about: 'agents there are that may use it from now on (none)' },
  },
  run: async (invocation) => {
    const place = placeOf(invocation)
    return asOperator(invocation.config, async (instance) => {
      const { workspaceId, slug } = await chosenWorkspace(instance, textOption(invocation, 'workspace'))
      const agents = await chosenAgents(instance, workspaceId, listOption(invocation, 'agents') ?? [])
      const { name, currency } = await askStore(place)
      const store = { ...place, platform: 'shopify', mode: 'test' } as const
      const { storeId } = await addStore(instance, { ...store, workspaceId, name, currency })
      await instance.record({ action: 'store.add', subject: storeId }, workspaceId)
      const { handle, origin: url, platform, mode } = store
      for (const { grantId } of agents) {
        await addStoreToGrant(instance, { workspaceId, grantId, handle })
        await instance.record({ action: 'grant.add_store', subject: storeId, grant: grantId }, workspaceId)
      }
      const names = agents.map((agent) => agent.name)
      return {
        text: `Connected ${handle} (${name}, TEST) to ${slug}. Start Tillgate with TILLGATE_EGRESS_ALLOW=${new URL(url).host}, so that it may reach it.\n${whoMayUse(handle, names)}`,
        json: { store: { id: storeId, handle, platform, mode, url }, agents: names },
      }
    })
  },
}

type Place = { readonly handle: string; readonly origin: string; readonly credential: Secret }

/** What the line and the environment say, before anything is opened. Throws UsageError, and AppError for a missing token. */
function placeOf({ config, words: [handle = ''], values }: Invocation): Place {
  if (!STORE_HANDLE.test(handle)) throw new UsageError('HANDLE has 2 to 39 small letters, digits and hyphens')
  const origin = sandboxOrigin(requiredOption({ values }, 'sandbox'))
  const token = config.sandboxToken
  if (!token)
    throw new AppError('invalid_arguments', 'Set TILLGATE_SANDBOX_TOKEN to the token that the sandbox printed.')
  return { handle, origin, credential: new Secret(JSON.stringify({ kind: 'static', token: token.reveal() })) }
}

function sandboxOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSandbox = url && /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\/$/.test(url.href)
  if (isSandbox) return url.origin
  throw new UsageError('--sandbox takes the loopback address that the sandbox printed, such as http://127.0.0.1:4000')
}

/** The live agents of these names. Throws AppError `not_found` before anything is connected. */
async function chosenAgents(instance: Instance, workspaceId: string, names: string[]): Promise<AgentSummary[]> {
  const live = (await instance.jobs.inWorkspace(workspaceId, (tx) => listAgents(tx))).filter(
    ({ revokedAt }) => revokedAt === null,
  )
  if (names.includes('all')) return live
  const missing = names.find((name) => !live.some((agent) => agent.name === name))
  if (missing === undefined) return live.filter(({ name }) => names.includes(name))
  throw new AppError('not_found', `There is no live agent ${JSON.stringify(missing.slice(0, 100))} in the workspace.`)
}

function whoMayUse(handle: string, names: readonly string[]): string {
  if (names.length > 0) return `From now on it may be used by ${names.join(', ')}.`
  return `No agent may use it yet. Make one that may: tillgate agent create NAME --role ROLE --stores ${handle}. For agents there are, store add takes --agents NAME,…|all.`
}

const ASK_TIME_MS = 10_000

/** Calls the sandbox once, so that a wrong address or token shows now and not at the first call of an agent. */
async function askStore({ handle, origin, credential }: Place): Promise<{ name: string; currency: string }> {
  const { createEgress, createShopifyConnector } = await import('#connectors')
  const egress = createEgress({ allow: [new URL(origin).host] })
  try {
    const getStore = createShopifyConnector({ egress, clock: systemClock }).tools.get_store
    if (!getStore) throw new AppError('unsupported_by_store', 'This platform cannot describe its store.')
    const unknown = { id: handle, name: handle, mode: 'test', currency: 'XXX', credentialVersion: 1 } as const
    const store = { ...unknown, handle, origin, credential }
    const { value } = await getStore({ store, input: {}, deadline: systemClock() + ASK_TIME_MS })
    return value
  } finally {
    await egress.close()
  }
}
