import type { Secret } from '#kernel'
import { findBinaries, type PostgresChoice } from './binaries.ts'
import { clusterMajor, createCluster } from './cluster.ts'
import { launch, type Running } from './launch.ts'
import { settleOrphan } from './orphan.ts'
import type { Placement } from './placement.ts'
import { makeSocketFolder, removeSocketFolder } from './socket-folder.ts'

/** What a start needs to know. `socketDir` is that of the server that is started again; `started` hears which binaries are used. */
export type Start = {
  placement: Placement
  password: Secret
  postgres: PostgresChoice
  path: string
  socketDir: string | undefined
  signal: AbortSignal
  started: (details: { kind: string; version: string; cluster: string }) => void
}

/** Adopts the server that runs on the cluster, or starts one, on a new cluster if there is none. Rejects with a StartError. */
export async function startServer(start: Start): Promise<{ running: Running; adopted: boolean }> {
  const orphan = await settleOrphan({ ...start, keep: start.socketDir })
  return orphan ? { running: orphan, adopted: true } : { running: await startNew(start), adopted: false }
}

async function startNew({ placement, password, postgres, path, started, ...start }: Start): Promise<Running> {
  const { home, cluster, runAs } = placement
  const major = clusterMajor(cluster)
  const binaries = await findBinaries({ choice: postgres, path, major, home, runAs })
  started({ kind: binaries.kind, version: binaries.version, cluster })
  if (major === undefined) await createCluster(placement, binaries, password)
  const socketDir = makeSocketFolder(placement, start.socketDir)
  try {
    return await launch({ placement, binaries, socketDir, signal: start.signal })
  } catch (error) {
    if (start.socketDir === undefined) removeSocketFolder(socketDir, placement)
    throw error
  }
}
