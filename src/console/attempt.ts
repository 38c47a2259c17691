import { sql } from 'kysely'
import { AppError } from '#kernel'
import type { WorkspaceTransaction } from '#store'

/**
 * Runs the work; where the form is at fault, undoes it within the transaction and gives the error, so that the page can
 * be shown again with the sentence beside its field. Any other failure is thrown on.
 */
export async function attempt<T>(tx: WorkspaceTransaction, work: () => Promise<T>): Promise<T | AppError> {
  await sql`savepoint attempt`.execute(tx)
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.field === undefined) throw error
    await sql`rollback to savepoint attempt`.execute(tx)
    return error
  }
}
