import { LRUCache } from 'lru-cache'
import { storeCredentialContext } from '#identity'
import { Secret } from '#kernel'
import type { StoreRow } from '#store'
import type { Vault } from '#vault'

/** Opens the sealed credentials of stores, and keeps what it opened for at most a minute. */
export type Credentials = {
  open(workspaceId: string, store: Pick<StoreRow, 'store_id' | 'credential'>): Promise<Secret>
  /** Forgets everything. */
  close(): void
}

const KEPT_MS = 60_000
const KEPT_MAX = 1_000

type Opened = { readonly sealed: Buffer; readonly secret: Secret }

/** An opened copy is used only for exactly the sealed bytes that this call read from the database. */
export function createCredentials(vault: Vault): Credentials {
  const opened = new LRUCache<string, Opened>({ max: KEPT_MAX, ttl: KEPT_MS, ttlAutopurge: true })
  return {
    async open(workspaceId, { store_id, credential }) {
      const known = opened.get(store_id)
      if (known?.sealed.equals(credential)) return known.secret
      const plain = await vault.open(storeCredentialContext(workspaceId, store_id), credential)
      const secret = new Secret(plain.reveal().toString('utf8'))
      opened.set(store_id, { sealed: credential, secret })
      return secret
    },
    close: () => opened.clear(),
  }
}
