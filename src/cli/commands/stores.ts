import { createEgress, createShopifyConnector } from '#connectors'
import { addStore } from '#identity'
import { AppError, Secret, systemClock } from '#kernel'
import { type Command, requiredOption, textOption } from '../command.ts'
import { requireOperatorKey } from '../operator-key.ts'
import { chosenWorkspace, withInstance } from '../with-instance.ts'

export const storeAdd: Command = {
  name: 'store add',
  about: 'connects a store; so far a sandbox that `tillgate sandbox shopify` runs',
  usage: 'HANDLE --sandbox URL [--workspace SLUG]',
  words: { min: 1, max: 1 },
  options: {
    workspace: { type: 'string', value: 'SLUG', about: 'the workspace (the only one there is)' },
    sandbox: {
      type: 'string',
      value: 'URL',
      about: 'address that the sandbox printed; its token comes from TILLGATE_SANDBOX_TOKEN',
    },
  },
  run: ({ config, words: [handle = ''], values }) => {
    const origin = requiredOption({ values }, 'sandbox')
    return withInstance(config, async (instance) => {
      requireOperatorKey(config.keysFolder, config.operatorKey)
      const { workspaceId, slug } = await chosenWorkspace(instance, textOption({ values }, 'workspace'))
      const token = config.sandboxToken
      if (!token) {
        throw new AppError('invalid_arguments', 'Set TILLGATE_SANDBOX_TOKEN to the token that the sandbox printed.')
      }
      const credential = new Secret(JSON.stringify({ kind: 'static', token: token.reveal() }))
      const { name, currency } = await askStore(handle, origin, credential)
      const { storeId } = await addStore(instance, {
        workspaceId,
        handle,
        platform: 'shopify',
        name,
        mode: 'test',
        currency,
        origin,
        credential,
      })
      await instance.record({ action: 'store.add', subject: storeId }, workspaceId)
      return {
        text: `Connected ${handle} (${name}, TEST) to ${slug}. Start Tillgate with TILLGATE_EGRESS_ALLOW=${new URL(origin).host}, so that it may reach it.`,
        json: { store: { id: storeId, handle, platform: 'shopify', mode: 'test', url: origin } },
      }
    })
  },
}

const ASK_TIME_MS = 10_000

/** Calls the sandbox once, so that a wrong address or token shows now and not at the first call of an agent. */
async function askStore(
  handle: string,
  origin: string,
  credential: Secret,
): Promise<{ name: string; currency: string }> {
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  if (!/^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(host)) {
    throw new AppError('invalid_arguments', '--sandbox takes the loopback address that the sandbox printed.', {
      field: 'sandbox',
    })
  }
  const egress = createEgress({ allow: [host] })
  try {
    const getStore = createShopifyConnector({ egress, clock: systemClock }).tools.get_store
    if (!getStore) throw new AppError('unsupported_by_store', 'This platform cannot describe its store.')
    const store = {
      id: handle,
      handle,
      name: handle,
      mode: 'test',
      currency: 'XXX',
      origin,
      credential,
      credentialVersion: 1,
    } as const
    const { value } = await getStore({ store, input: {}, deadline: systemClock() + ASK_TIME_MS })
    return value
  } finally {
    await egress.close()
  }
}
