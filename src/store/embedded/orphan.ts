import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Secret } from '#kernel'
import type { Running } from './launch.ts'
import { type Life, lifeOf, lives, pidTaken } from './liveness.ts'
import type { Placement } from './placement.ts'
import { answersFor, type Postmaster, readPostmaster, servesCluster } from './postmaster.ts'
import { isSocketFolder, removeSocketFolder } from './socket-folder.ts'
import { StartError } from './start-error.ts'
import { terminate } from './terminate.ts'

type Settle = { placement: Placement; password: Secret; keep: string | undefined }

const RECOVERY_MS = 60_000
const REAP_MS = 500
const POLL_MS = 100

/**
 * Deals with a server that an earlier Tillgate left on the cluster. One that answers, takes our password and serves this cluster is
 * adopted; any other server of the cluster is stopped. Returns the adopted one; undefined means that the way is free.
 * The socket folder `keep` is left alone.
 */
export async function settleOrphan({ placement, password, keep }: Settle): Promise<Running | undefined> {
  const found = readPostmaster(placement.cluster)
  if (!found) return undefined
  const life = lifeOf(found.pid)
  const serves = life ? servesCluster(found.pid, placement.cluster) : 'no'
  if (!life || serves === 'no') return clearAway(found, placement, keep)
  const settled = await settledState(life, placement.cluster)
  const ours = settled && isSocketFolder(settled.socketDir, placement)
  if (ours && (await answersFor(settled, placement.cluster, password))) return adopted(life, settled)
  if (serves === 'unknown') {
    throw new StartError(
      `Process ${found.pid} holds ${placement.cluster} but does not answer: stop it if it is PostgreSQL, then start again.`,
    )
  }
  await terminate(life)
  return clearAway(found, placement, keep)
}

/**
 * Removes what a dead server left. PostgreSQL replaces a stale pid file itself, but takes a zombie, or another process that
 * got the pid since, for a living server; leftover children still stop it, by their shared memory.
 */
async function clearAway(found: Postmaster, placement: Placement, keep: string | undefined): Promise<undefined> {
  for (
    const end = performance.now() + REAP_MS;
    lifeOf(found.pid) === undefined && pidTaken(found.pid);
    await sleep(20)
  ) {
    if (performance.now() > end) break
  }
  if (readPostmaster(placement.cluster)?.pid === found.pid)
    rmSync(join(placement.cluster, 'postmaster.pid'), { force: true })
  if (found.socketDir && found.socketDir !== keep) removeSocketFolder(found.socketDir, placement)
}

/** Waits for a server in recovery; undefined when it ended or stays that way. */
async function settledState(life: Life, cluster: string): Promise<Postmaster | undefined> {
  for (const end = performance.now() + RECOVERY_MS; lives(life) && performance.now() < end; await sleep(POLL_MS)) {
    const found = readPostmaster(cluster)
    if (found?.pid === life.pid && found.status === 'ready') return found
    if (found?.status === 'stopping') return undefined
  }
  return undefined
}

function adopted(life: Life, { socketDir, port }: Postmaster): Running {
  return { life, socketDir, port, gone: watch(life) }
}

/** It is not our child, so nobody tells us when it ends. */
async function watch(life: Life): Promise<string> {
  while (lives(life)) await sleep(POLL_MS, undefined, { ref: false })
  return 'an adopted server ended'
}
