import type { StoreCount } from '#audit'
import type { ConnectedStore } from '#identity'
import { visibleText } from '../visible-text.ts'

/** `quiet`: nothing was asked of it within a day; `ailing`: some calls failed; `down`: none was answered. */
export type Health = 'well' | 'ailing' | 'down' | 'quiet' | 'disconnected'

/** How each store has answered within the last day. */
export function storeHealth(stores: readonly ConnectedStore[], counts: readonly StoreCount[]) {
  return stores.map((store) => {
    const own = counts.filter((count) => count.store === store.storeId)
    const ok = total(own.filter(({ outcome }) => outcome === 'ok'))
    const troubles = own.filter(isTrouble)
    const worst = troubles.toSorted((a, b) => b.calls - a.calls)[0]
    return {
      handle: store.handle,
      name: visibleText(store.name),
      platform: store.platform,
      mode: store.mode,
      currency: store.currency,
      /** Of the credential too: it is sealed when the store is connected. */
      connectedAt: store.connectedAt,
      calls: total(own),
      troubles: total(troubles),
      worst: worst?.code ?? null,
      meanMs: ok === 0 ? null : Math.round(meanOf(own)),
      health: healthOf({ isConnected: store.disconnectedAt === null, ok, troubles: total(troubles) }),
    }
  })
}

/** What is the store's doing, and not the agent's. */
const isTrouble = ({ code }: StoreCount) => code.startsWith('store_')

const total = (counts: readonly StoreCount[]) => counts.reduce((sum, { calls }) => sum + calls, 0)

function meanOf(counts: readonly StoreCount[]): number {
  const answered = counts.filter(({ outcome }) => outcome === 'ok')
  return answered.reduce((sum, { ms }) => sum + ms, 0) / total(answered)
}

function healthOf({ isConnected, ok, troubles }: { isConnected: boolean; ok: number; troubles: number }): Health {
  if (!isConnected) return 'disconnected'
  if (ok + troubles === 0) return 'quiet'
  if (troubles === 0) return 'well'
  return ok === 0 ? 'down' : 'ailing'
}
