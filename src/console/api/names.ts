import type { RecordHeader } from '#audit'
import { agentNames, listStoresIn } from '#identity'
import type { WorkspaceTransaction } from '#store'
import { visibleText } from '../visible-text.ts'

/** Something that records name by its id. */
type Named = { readonly id: string; readonly name: string }

export type Names = {
  agent(id: string | undefined): Named | null
  /** The handle of a store. */
  store(id: string | undefined): string | null
}

/** The names of what these records name. */
export async function namesOf(
  tx: WorkspaceTransaction,
  headers: readonly Pick<RecordHeader, 'agent' | 'store'>[],
): Promise<Names> {
  const agents = await agentNames(
    tx,
    headers.map(({ agent }) => agent ?? ''),
  )
  const stores = new Map((await listStoresIn(tx)).map(({ storeId, handle }) => [storeId, handle]))
  return {
    agent: (id) =>
      id === undefined || id === '' ? null : { id, name: visibleText(agents.get(id) ?? 'an agent of before') },
    store: (id) => (id === undefined || id === '' ? null : (stores.get(id) ?? 'a store of before')),
  }
}
