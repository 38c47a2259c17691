import type { WorkspaceTransaction } from '#store'

/** An update of the invitations that are neither accepted nor withdrawn. */
export function openInvitations(tx: WorkspaceTransaction) {
  return tx.updateTable('tillgate.invitations').where('accepted_at', 'is', null).where('withdrawn_at', 'is', null)
}

/** Ends the open invitations that a removed member could come back by: to their address, and by their own hand. */
export async function withdrawInvitationsOf(
  tx: WorkspaceTransaction,
  { accountId, email }: { accountId: string; email: string },
): Promise<void> {
  await openInvitations(tx)
    .set({ withdrawn_at: new Date() })
    .where((column) => column.or([column('email', '=', email), column('created_by', '=', `account:${accountId}`)]))
    .execute()
}
