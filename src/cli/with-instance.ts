import { randomUUID } from 'node:crypto'
import { createAuditLog, INSTANCE_CHAIN, type RecordHeader } from '#audit'
import type { Config } from '#config'
import { type Foundation, openFoundation } from '#foundation'
import { type Workspace, workspaceBySlug } from '#identity'
import { AppError, systemClock } from '#kernel'
import { type Database, openDatabase, type WorkspaceTransaction } from '#store'
import { createLog } from './log.ts'
import { requireOperatorKey } from './operator-key.ts'
import { refuseWithoutData } from './refuse-without-data.ts'
import { finishFirst } from './until-stopped.ts'

/** What a command on the host works with. */
export type Instance = Foundation & {
  readonly config: Config
  readonly database: Database
  /** Who acts, as tables and records note it: `operator:<os user>`. */
  readonly by: string
  /** Records what the operator did, in the chain of the workspace or of the instance. */
  record(what: Pick<RecordHeader, 'action' | 'subject' | 'grant'>, workspaceId?: string): Promise<void>
}

/** As `withInstance`, for commands that widen what agents may do: without the operator key the database stays closed. */
export async function asOperator<T>(config: Config, work: (instance: Instance) => Promise<T>): Promise<T> {
  refuseWithoutData(config)
  requireOperatorKey(config.keysFolder, config.operatorKey)
  return withInstance(config, work)
}

/** Connects to the running database, or starts it for the length of the work. Throws StartError where there is none. */
export async function withInstance<T>(config: Config, work: (instance: Instance) => Promise<T>): Promise<T> {
  refuseWithoutData(config)
  finishFirst()
  const database = await openDatabase({
    dataFolder: config.dataFolder,
    source: config.database,
    path: config.path,
    log: createLog('warn'),
    forOneCommand: true,
  })
  try {
    const foundation = await openFoundation({ config, database, clock: systemClock })
    const audit = createAuditLog({ pool: database.pools.audit })
    const by = `operator:${config.operator}`
    const record: Instance['record'] = async (what, workspaceId = INSTANCE_CHAIN) => {
      const header = {
        v: 1,
        kind: 'admin',
        request: randomUUID(),
        at: systemClock(),
        operator: by,
        outcome: 'ok',
        ...what,
      } as const
      await audit.append({ workspaceId, header })
    }
    return await work({ ...foundation, config, database, by, record })
  } finally {
    await database.close()
  }
}

/** As `chosenWorkspace`, with a transaction inside it. */
export async function inChosenWorkspace<T>(
  instance: Instance,
  slug: string | undefined,
  work: (tx: WorkspaceTransaction, workspace: Workspace) => Promise<T>,
): Promise<T & { workspace: Workspace }> {
  const workspace = await chosenWorkspace(instance, slug)
  const done = await instance.jobs.inWorkspace(workspace.workspaceId, (tx) => work(tx, workspace))
  return { ...done, workspace }
}

/** The workspace of this slug; without a slug the only one there is. Throws AppError `not_found`. */
export async function chosenWorkspace(instance: Instance, slug: string | undefined): Promise<Workspace> {
  const wanted = slug ?? (await onlySlug(instance))
  const workspace = await workspaceBySlug(instance, wanted)
  if (!workspace) throw new AppError('not_found', `There is no workspace ${JSON.stringify(wanted.slice(0, 40))}.`)
  return workspace
}

async function onlySlug({ jobs }: Instance): Promise<string> {
  const [first, second] = await jobs.listWorkspaces()
  if (!first)
    throw new AppError('not_found', 'There is no workspace yet; make one with: tillgate workspace create SLUG')
  if (second) throw new AppError('not_found', 'There are several workspaces; say which one with --workspace SLUG.')
  return first.slug
}
