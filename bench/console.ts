import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, readConfig } from '#config'
import { openFoundation } from '#foundation'
import { systemClock } from '#kernel'
import { startGate } from '#server'
import { type Database, type EmbeddedServer, openDatabase } from '#store'
import { seated } from '../test/support/seated.ts'
import { type Answered, ask } from './console-questions.ts'
import { fillRecords } from './console-rows.ts'
import { fillTallies, type TallyTimes } from './console-tally.ts'
import { UPSTREAM } from './door-alone.ts'
import { makeWorkspace, QUIET } from './instance.ts'
import { type MachineFacts, machineFacts } from './machine.ts'
import { measureRecordPrice, type RecordPrice } from './record-price.ts'
import { asSuperuser } from './superuser.ts'

/** What the web app of the console waits for, in a workspace with many records. */
export type ConsoleReport = {
  readonly machine: MachineFacts & { readonly postgresql: string }
  readonly seconds: number
  readonly records: number
  readonly agents: number
  readonly database_gb: number
  readonly tally: TallyTimes
  readonly price: RecordPrice
  readonly answered: readonly Answered[]
}

type Size = { readonly records: number; readonly agents: number }
type Tell = (line: string) => void

/** The times of the console with nothing else running, on an instance of its own that is removed afterwards. */
export async function consoleAlone(size: Size, tell: Tell): Promise<ConsoleReport> {
  const from = performance.now()
  const machine = machineFacts()
  const opening = openInstance()
  const stop = () => void opening.then(({ close }) => close()).finally(() => process.exit(1))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const { config, database, close } = await opening
  try {
    if (!database.server) throw new Error('the database is not embedded')
    const { postgresql, ...measured } = await measure({ config, database, server: database.server, tell }, size)
    const seconds = Math.round((performance.now() - from) / 1000)
    return { machine: { ...machine, postgresql }, seconds, ...size, ...measured }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await close()
  }
}

async function openInstance() {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  // The database runs as another user when this runs as root, and must reach its folder.
  chmodSync(folder, 0o711)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const config = readConfig({ PATH: process.env.PATH, TILLGATE_DATA: join(folder, 'data'), TILLGATE_PORT: '0' })
  const { dataFolder, database: source, path } = config
  try {
    const database = await openDatabase({ dataFolder, source, path, log: QUIET })
    return { config, database, close: () => database.close().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

type Opened = { config: Config; database: Database; server: EmbeddedServer; tell: Tell }

async function measure({ config, database, server, tell }: Opened, { records, agents }: Size) {
  const price = await measureRecordPrice(server, tell)
  const foundation = await openFoundation({ config, database, clock: systemClock })
  const { workspaceId } = await makeWorkspace(foundation, UPSTREAM, agents)
  const filled = await asSuperuser(server, async (superuser) => {
    const rows = await fillRecords(superuser, { workspaceId, records }, tell)
    const tally = await fillTallies({ superuser, jobs: foundation.jobs, workspaceId }, records)
    tell('tallies are filled')
    // As a server that has run for a month: it keeps no older minutes, and autovacuum has been there.
    await superuser.query("delete from audit.pulse where minute < now() - interval '2 days'")
    await superuser.query('vacuum analyze')
    const { rows: facts } = await superuser.query<{ bytes: string; server_version: string }>(
      "select pg_database_size(current_database()) as bytes, current_setting('server_version') as server_version",
    )
    return { rows, tally, bytes: Number(facts[0]?.bytes), postgresql: facts[0]?.server_version ?? '' }
  })
  const gate = await startGate({ config, database, clock: systemClock, log: QUIET }, foundation)
  try {
    const owner = await seated({ gate, foundation, database }, [{ workspaceId, seat: 'owner' }])
    const cookie = owner.browser.jar.header(new URL('/api/', gate.url)) ?? ''
    const answered = await ask({ base: `${gate.url}/api/w/bench`, cookie, rows: filled.rows, tell })
    const { tally, bytes, postgresql } = filled
    return { postgresql, database_gb: Math.round(bytes / 1e8) / 10, tally, price, answered }
  } finally {
    await gate.stop()
  }
}
