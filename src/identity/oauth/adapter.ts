import type { Adapter, AdapterFactory } from 'oidc-provider'
import type pg from 'pg'
import { clientAdapter } from './client-adapter.ts'
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
    if (model === 'Client') return clientAdapter(query)
    if (model === 'AccessToken' || model === 'ClientCredentials') return tokenAdapter(query, model)
    return modelAdapter(query, model)
  }
}
