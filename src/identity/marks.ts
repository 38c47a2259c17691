import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'

/** Since when an account counts as having been shown strangers' text, or personal data in clear. */
export type Marks = { readonly taintedAt: Date | null; readonly exposedAt: Date | null }

/** The marks of the workspace's members, by account; who has none is left out. */
export async function memberMarks(tx: WorkspaceTransaction): Promise<ReadonlyMap<string, Marks>> {
  const rows = await sql<Marks & { accountId: string }>`
    select account_id as "accountId", tainted_at as "taintedAt", exposed_at as "exposedAt" from sec.member_marks()`.execute(
    tx,
  )
  return new Map(rows.rows.map(({ accountId, ...marks }) => [accountId, marks]))
}

/**
 * Takes the marks from the account of a session, for all its agents in all workspaces. Whether there were any: a session
 * that is over, or showed its second factor more than 10 minutes ago, clears nothing.
 */
export async function clearOwnMarks(tx: WorkspaceTransaction, sessionHash: string): Promise<boolean> {
  const { rows } = await sql<{ cleared: boolean }>`select sec.clear_own_marks(${sessionHash}) as cleared`.execute(tx)
  return rows[0]?.cleared === true
}

/** Takes the marks from a machine agent; a member's agents are marked by the member's account. */
export async function clearAgentMarks(tx: WorkspaceTransaction, agentId: string): Promise<void> {
  await tx
    .updateTable('tillgate.agents')
    .set({ tainted_at: null, exposed_at: null })
    .where('agent_id', '=', agentId)
    .where('kind', '=', 'machine')
    .execute()
}
