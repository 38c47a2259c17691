import type { Client } from 'oidc-provider'
import type { AskingClient } from './interaction.ts'
import { isLoopback, redirectHost, redirectSource } from './redirects.ts'
import { cleanName } from './registration.ts'

/** What a person is told of the client that asks. */
export function askingClient(client: Client, redirectUri: string): AskingClient {
  const { clientId } = client
  const documentHost = clientId.startsWith('https:') ? new URL(clientId).host : undefined
  const origin = clientId.startsWith('tg_app_') ? 'operator' : 'registered'
  return {
    clientId,
    name: cleanName(client.clientName ?? '') ?? 'a client without a name',
    origin: documentHost === undefined ? origin : 'document',
    documentHost,
    redirectUri,
    redirectHost: redirectHost(redirectUri),
    redirectSource: redirectSource(redirectUri),
    isLocalOnly: (client.redirectUris ?? []).every(isLoopback),
  }
}
