export { type EmbeddedServer, embeddedConnections, setUpEmbedded, withClient } from './bootstrap.ts'
export { type Entry, enterByToken, HOT_PATH_SQL, type StoreRow } from './doors.ts'
export {
  type Binaries,
  findBinaries,
  isRoot,
  lockFolder,
  type RunAs,
  StartError,
  unprivilegedUser,
} from './embedded/index.ts'
export { migrate, migrations, rolesSql } from './migrate.ts'
export { type CheckedDatabase, type Database, type DatabaseSource, holdsDatabase, openDatabase } from './open.ts'
export {
  type InvitationPreview,
  type InvitedEntry,
  type Membership,
  type People,
  type PersonEntry,
  people,
} from './people.ts'
export { type Connection, clientConfig, LOGINS, type Login, openPools, type Pools } from './pools.ts'
export type { Tables } from './tables.ts'
export { migrateByUrl } from './unreachable.ts'
export { type Jobs, jobs, type WorkspaceTransaction } from './workspace-transaction.ts'
