import type { Adapter, AdapterFactory } from 'oidc-provider'
import type pg from 'pg'
import { clientAdapter } from './client-adapter.ts'
import { grantedAdapter } from './granted-adapter.ts'
import { modelAdapter } from './model-adapter.ts'
import { queryOf } from './query.ts'
import { tokenAdapter } from './token-adapter.ts'

/**
 * Where the authorization server keeps its things, on the pool of `tillgate_auth`. The id of a thing is the credential
 * itself, so only its hash is stored, and the copy that the library puts into the payload is taken out.
 */
export function oidcAdapter(authPool: pg.Pool): AdapterFactory {
  const query = queryOf(authPool)
  return (model): Adapter => {
    switch (model) {
      case 'Client':
        return clientAdapter(query)
      case 'AccessToken':
      case 'ClientCredentials':
        return tokenAdapter(query, model)
      case 'AuthorizationCode':
      case 'RefreshToken':
      case 'Grant':
        return grantedAdapter({ query, authPool }, model)
      case 'Session':
        return noSessions
      default:
        return modelAdapter(query, model)
    }
  }
}

/** People sign in to the console, which knows their sessions; one of the library would skip the question for consent. */
const noSessions: Adapter = {
  upsert: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  revokeByGrantId: () => Promise.resolve(),
}
