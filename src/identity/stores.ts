import { randomUUID } from 'node:crypto'
import { PLATFORMS, type Platform, STORE_HANDLE, STORE_MODES, type StoreMode } from '#commerce'
import { AppError, CURRENCY, type Secret } from '#kernel'
import type { Jobs, WorkspaceTransaction } from '#store'
import type { KeyContext, Vault } from '#vault'
import { unlessTaken } from './taken.ts'

export type ConnectedStore = {
  readonly storeId: string
  readonly handle: string
  readonly platform: string
  readonly name: string
  readonly mode: StoreMode
  readonly currency: string
  readonly origin: string
  readonly connectedAt: Date
  readonly disconnectedAt: Date | null
}

type NewStore = {
  workspaceId: string
  /** Short name, unique in the workspace and never used again. */
  handle: string
  platform: Platform
  name: string
  mode: StoreMode
  /** ISO 4217. */
  currency: string
  /** Scheme, host and port of the platform's API, e.g. `https://shop.example`. */
  origin: string
  credential: Secret
}

const NAME_MAX = 200

/** Connects a store; its credential is sealed before it is written. Throws AppError `invalid_arguments`. */
export async function addStore(
  { jobs, vault }: { jobs: Jobs; vault: Vault },
  store: NewStore,
): Promise<{ storeId: string }> {
  refuseMistakes(store)
  const { workspaceId, handle, platform, name, mode, currency, origin } = store
  const storeId = randomUUID()
  const credential = await vault.seal(storeCredentialContext(workspaceId, storeId), store.credential.reveal())
  const row = { store_id: storeId, handle, platform, name, mode, currency, origin, credential }
  const added = jobs.inWorkspace(workspaceId, (tx) =>
    tx
      .insertInto('tillgate.stores')
      .values({ workspace_id: workspaceId, ...row })
      .execute(),
  )
  await unlessTaken(added, {
    constraint: 'stores_workspace_id_handle_key',
    field: 'handle',
    sentence: 'This handle is or was in use in the workspace; choose another one, handles are never used again.',
  })
  return { storeId }
}

/** What a store's sealed credential is bound to; who opens one needs the same. */
export function storeCredentialContext(workspaceId: string, storeId: string): KeyContext {
  return { workspace: workspaceId, purpose: 'store-credential', subject: storeId }
}

/** Every store of the workspace, disconnected ones too, by handle. */
export async function listStores({ jobs }: { jobs: Jobs }, workspaceId: string): Promise<ConnectedStore[]> {
  return jobs.inWorkspace(workspaceId, listStoresIn)
}

/** As `listStores`, inside a transaction of the caller. */
export async function listStoresIn(tx: WorkspaceTransaction): Promise<ConnectedStore[]> {
  const rows = await tx
    .selectFrom('tillgate.stores')
    .select(['store_id', 'handle', 'platform', 'name', 'mode', 'currency', 'origin'])
    .select(['connected_at', 'disconnected_at'])
    .orderBy('handle')
    .execute()
  return rows.map(({ store_id, connected_at, disconnected_at, ...rest }) => ({
    storeId: store_id,
    ...rest,
    connectedAt: connected_at,
    disconnectedAt: disconnected_at,
  }))
}

/** Points a test store to another address with a new credential; a live store is connected anew instead. */
export async function moveStore(
  { jobs, vault }: { jobs: Jobs; vault: Vault },
  move: { workspaceId: string; handle: string; origin: string; credential: Secret },
): Promise<void> {
  refuseOrigin(move.origin)
  await jobs.inWorkspace(move.workspaceId, async (tx) => {
    const store = await tx
      .selectFrom('tillgate.stores')
      .select(['store_id', 'mode'])
      .where('handle', '=', move.handle)
      .where('disconnected_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!store) throw noSuchStore(move.handle)
    if (store.mode !== 'test') throw new AppError('not_allowed', 'Only a test store can be moved to another address.')
    const context = storeCredentialContext(move.workspaceId, store.store_id)
    const credential = await vault.seal(context, move.credential.reveal())
    await tx
      .updateTable('tillgate.stores')
      .set((column) => ({
        origin: move.origin,
        credential,
        credential_version: column('credential_version', '+', 1),
      }))
      .where('store_id', '=', store.store_id)
      .execute()
  })
}

/** Ends a store for every agent from the next call on and destroys its credential. Throws AppError `not_found`. */
export async function disconnectStore(
  { jobs }: { jobs: Jobs },
  { workspaceId, handle }: { workspaceId: string; handle: string },
): Promise<void> {
  const ended = await jobs.inWorkspace(workspaceId, (tx) =>
    tx
      .updateTable('tillgate.stores')
      .set({ disconnected_at: new Date(), credential: Buffer.alloc(0) })
      .where('handle', '=', handle)
      .where('disconnected_at', 'is', null)
      .returning('store_id')
      .executeTakeFirst(),
  )
  if (!ended) throw noSuchStore(handle)
}

export function noSuchStore(handle: string): AppError {
  const named = STORE_HANDLE.test(handle) ? `There is no connected store ${handle}` : 'There is no such store'
  return new AppError('not_found', `${named} in this workspace.`, { field: 'store' })
}

function refuseMistakes({ handle, platform, name, mode, currency, origin }: NewStore): void {
  if (!STORE_HANDLE.test(handle)) throw refused('handle', 'A handle has 2 to 39 small letters, digits and hyphens.')
  if (!PLATFORMS.includes(platform)) throw refused('platform', 'This platform is not supported.')
  if (name.length < 1 || name.length > NAME_MAX) throw refused('name', 'A store name has 1 to 200 characters.')
  if (!STORE_MODES.includes(mode)) throw refused('mode', 'The mode is live or test.')
  if (!CURRENCY.test(currency)) throw refused('currency', 'A currency has three capital letters (ISO 4217).')
  refuseOrigin(origin)
}

function refuseOrigin(origin: string): void {
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined
  const isOrigin = parsed?.origin === origin && (parsed.protocol === 'https:' || parsed.protocol === 'http:')
  if (!isOrigin) throw refused('origin', 'The address of a store is scheme, host and port only, e.g. https://host.')
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
