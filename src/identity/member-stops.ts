import { sql } from 'kysely'
import { SCOPES } from '#commerce'
import { type Seat, seatGives } from '#policy'
import type { WorkspaceTransaction } from '#store'

/** Ends every agent that a member connected, with its grants; gives the ids of all of them, ended before or now. */
export async function endAgentsOfMember(
  tx: WorkspaceTransaction,
  { accountId, by }: { accountId: string; by: string },
): Promise<string[]> {
  const ended = { revoked_at: new Date(), revoked_by: by }
  await tx
    .updateTable('tillgate.grants')
    .set(ended)
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .execute()
  await tx
    .updateTable('tillgate.agents')
    .set(ended)
    .where('kind', '=', 'oauth')
    .where('revoked_at', 'is', null)
    .where('agent_id', 'in', (query) =>
      query.selectFrom('tillgate.grants').select('agent_id').where('account_id', '=', accountId),
    )
    .execute()
  const grants = await tx.selectFrom('tillgate.grants').select('grant_id').where('account_id', '=', accountId).execute()
  return grants.map((grant) => grant.grant_id)
}

/** Takes from the grants of a member what the seat does not give, so that a later seat does not bring it back unasked. */
export async function narrowGrantsOfMember(
  tx: WorkspaceTransaction,
  { accountId, seat }: { accountId: string; seat: Seat },
): Promise<void> {
  const given = SCOPES.filter((scope) => seatGives(seat, scope))
  await tx
    .updateTable('tillgate.grants')
    .set({
      scopes: sql<
        string[]
      >`array(select s from unnest(scopes) with ordinality u(s, n) where s = any(${given}::text[]) order by n)`,
    })
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`not (scopes <@ ${given}::text[])`)
    .execute()
}
