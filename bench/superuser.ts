import type pg from 'pg'
import { clientConfig, type EmbeddedServer, withClient } from '#store'

/** Runs the work past every rule of the database, on one connection of the superuser. */
export function asSuperuser<T>(
  { socketDir, port, superuserPassword }: EmbeddedServer,
  work: (superuser: pg.Client) => Promise<T>,
  database?: string,
): Promise<T> {
  const connection = { kind: 'socket', folder: socketDir, port, user: 'postgres', password: superuserPassword } as const
  return withClient(clientConfig(connection, database), work)
}
