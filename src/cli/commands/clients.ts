import { listClients, registerClient, removeClient } from '#identity'
import { AppError } from '#kernel'
import { type Command, listOption, UsageError } from '../command.ts'
import { asOperator, withInstance } from '../with-instance.ts'

export const clientCreate: Command = {
  name: 'client create',
  about: 'registers an OAuth client that members can connect',
  usage: 'NAME --redirect URI[,URI…] [--secret]',
  words: { min: 1, max: 1 },
  options: {
    redirect: { type: 'string', value: 'URI,…', about: 'where its answers may go, exactly' },
    secret: { type: 'boolean', about: 'gives it a secret, shown once, for programs that can keep one' },
  },
  run: ({ config, words: [name = ''], values }) => {
    const redirectUris = listOption({ values }, 'redirect')
    if (redirectUris === undefined) throw new UsageError('--redirect is missing')
    return asOperator(config, async (instance) => {
      const client = { name, redirectUris, confidential: values.secret === true }
      const { clientId, clientSecret } = await registerClient(instance.database.pools.auth, client)
      await instance.record({ action: 'client.create', subject: clientId })
      const secret = clientSecret?.reveal()
      const shown = secret === undefined ? '' : `\n  client_secret  ${secret}\nThe secret is shown this once.`
      return {
        text: `Registered the client ${name}:\n  client_id      ${clientId}${shown}`,
        json: {
          client: {
            client_id: clientId,
            ...(secret !== undefined && { client_secret: secret }),
            name,
            redirect_uris: redirectUris,
          },
        },
      }
    })
  },
}

export const clientList: Command = {
  name: 'client list',
  about: 'lists the OAuth clients that were registered here',
  usage: '',
  words: { min: 0, max: 0 },
  options: {},
  run: ({ config }) =>
    withInstance(config, async ({ database }) => {
      const clients = await listClients(database.pools.auth)
      const lines = clients.map(({ clientId, name, redirectUris }) => `${clientId}  ${name}  ${redirectUris.join(' ')}`)
      return {
        text: lines.join('\n') || 'No client was registered here; most register themselves.',
        json: {
          clients: clients.map(({ clientId, name, redirectUris, confidential, createdAt, usedAt }) => ({
            client_id: clientId,
            name,
            redirect_uris: redirectUris,
            confidential,
            created_at: createdAt,
            used_at: usedAt,
          })),
        },
      }
    }),
}

export const clientRemove: Command = {
  name: 'client remove',
  about: 'removes an OAuth client and ends its tokens',
  usage: 'ID',
  words: { min: 1, max: 1 },
  options: {},
  run: ({ config, words: [clientId = ''] }) =>
    withInstance(config, async (instance) => {
      if (!(await removeClient(instance.database.pools.auth, clientId))) {
        throw new AppError('not_found', 'There is no registered client with this id; tillgate client list shows them.')
      }
      await instance.record({ action: 'client.remove', subject: clientId })
      return {
        text: `Removed the client ${clientId}: its tokens are ended.`,
        json: { removed: { client_id: clientId } },
      }
    }),
}
