import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import type pg from 'pg'
import type { Tables } from './tables.ts'

/** A transaction in which every query sees one workspace and no other. */
export type WorkspaceTransaction = Transaction<Tables>

/** Background work and commands on the host, one workspace at a time, as `tillgate_jobs`. */
export type Jobs = {
  /** Every workspace of the instance. */
  listWorkspaces(): Promise<{ workspace_id: string; slug: string }[]>
  /** Runs the work in one transaction inside the workspace; a throw rolls it back. */
  inWorkspace<T>(workspaceId: string, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T>
}

export function jobs(pool: pg.Pool): Jobs {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    listWorkspaces: async () => {
      const listed = await sql<{ workspace_id: string; slug: string }>`select * from sec.list_workspaces()`.execute(db)
      return listed.rows
    },
    inWorkspace: (workspaceId, work) =>
      db.transaction().execute(async (tx) => {
        await sql`select sec.enter_workspace(${workspaceId})`.execute(tx)
        return work(tx)
      }),
  }
}
