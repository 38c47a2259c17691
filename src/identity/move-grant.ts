import { sql } from 'kysely'
import type { WorkspaceTransaction } from '#store'
import { noSuchGrant } from './grants.ts'
import type { Role } from './roles.ts'

/** Gives a grant another role, at its newest version, and takes from it the scopes that this role has not. Throws AppError `not_found`. */
export async function moveGrant(
  tx: WorkspaceTransaction,
  { grantId, role }: { grantId: string; role: Role },
): Promise<void> {
  const kept = sql<
    string[]
  >`array(select s from unnest(scopes) with ordinality u(s, n) where s = any(${[...role.definition.scopes]}::text[]) order by n)`
  const { numUpdatedRows } = await tx
    .updateTable('tillgate.grants')
    .set({ role_id: role.roleId, accepted_version: role.version, scopes: kept })
    .where('grant_id', '=', grantId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw noSuchGrant()
}
