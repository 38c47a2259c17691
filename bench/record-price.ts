import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type AuditEntry, createAuditLog } from '#audit'
import { tools } from '#commerce'
import {
  clientConfig,
  type EmbeddedServer,
  embeddedConnections,
  migrate,
  migrations,
  rolesSql,
  withClient,
} from '#store'
import { cpuOfChildren } from './machine.ts'
import { asSuperuser } from './superuser.ts'

/** What a record costs with the columns and indexes by which people search, and without them. */
export type RecordPrice = {
  readonly records: number
  readonly at_once: number
  readonly with: Price
  readonly without: Price
}

/** Microseconds a record: on the clock, and of the database's CPU time. */
type Price = { readonly us: number; readonly database_cpu_us: number }

const AT_ONCE = 32
const ROUNDS = 8
const RECORDS_A_ROUND = 2_500
const AGENTS = 10_000
/** The migration that added them. */
const CONSOLE = 3

/** Appends records by the product's audit log to the database as it is and to one that lacks a migration, in turns. */
export async function measureRecordPrice(server: EmbeddedServer, tell: (line: string) => void): Promise<RecordPrice> {
  await makeDatabase(server, OTHER)
  const pools = [poolOf(server), poolOf(server, OTHER)] as const
  try {
    const [withAll, without] = await inTurns(pools)
    tell('the price of a record is measured')
    return { records: ROUNDS * RECORDS_A_ROUND, at_once: AT_ONCE, with: withAll, without }
  } finally {
    await Promise.all(pools.map((pool) => pool.end()))
    await asSuperuser(server, (superuser) => superuser.query(`drop database ${OTHER} with (force)`))
  }
}

const OTHER = 'without_console'

function poolOf(server: EmbeddedServer, database?: string): pg.Pool {
  return new pg.Pool({ ...clientConfig(embeddedConnections(server).audit, database), max: 1 })
}

/** The first round warms up and is not counted. */
async function inTurns([one, other]: readonly [pg.Pool, pg.Pool]): Promise<[Price, Price]> {
  const ones: Price[] = []
  const others: Price[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    ones.push(await appendMany(one))
    others.push(await appendMany(other))
  }
  return [mean(ones.slice(1)), mean(others.slice(1))]
}

function mean(prices: readonly Price[]): Price {
  const of = (pick: (price: Price) => number) =>
    Math.round(prices.reduce((sum, price) => sum + pick(price), 0) / prices.length)
  return { us: of(({ us }) => us), database_cpu_us: of((price) => price.database_cpu_us) }
}

async function makeDatabase(server: EmbeddedServer, name: string): Promise<void> {
  await asSuperuser(server, (superuser) => superuser.query(`create database ${name}`))
  await asSuperuser(server, (superuser) => superuser.query(rolesSql()), name)
  const before = migrations().filter(({ version }) => version < CONSOLE)
  await withClient(clientConfig(embeddedConnections(server).owner, name), (owner) => migrate(owner, before))
}

async function appendMany(pool: pg.Pool): Promise<Price> {
  const log = createAuditLog({ pool })
  const cpuBefore = cpuOfChildren(process.pid)
  const from = performance.now()
  let left = RECORDS_A_ROUND
  const writer = async () => {
    while (left-- > 0) await log.append(entry())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, writer))
  const us = (performance.now() - from) * 1000
  await log.close()
  const cpu = cpuOfChildren(process.pid) - cpuBefore
  return { us: us / RECORDS_A_ROUND, database_cpu_us: cpu / RECORDS_A_ROUND }
}

const workspaceId = randomUUID()
const agents = Array.from({ length: AGENTS }, () => randomUUID())
const names = Object.keys(tools)
const ids = { grant: randomUUID(), store: randomUUID(), role: `${randomUUID()}:1`, client: `tg_client_${randomUUID()}` }

/** As a call that was answered, by one of many agents, without a body. */
function entry(): AuditEntry {
  const any = <T>(values: readonly T[]) => values[Math.floor(Math.random() * values.length)]
  return {
    workspaceId,
    header: {
      v: 1,
      kind: 'call',
      request: randomUUID(),
      at: Date.now(),
      agent: any(agents),
      tool: any(names),
      outcome: 'ok',
      step: 'record',
      steps: { admit: 0.11, authenticate: 0.72, authorise: 0.02, limit: 0.02, run: 80.5, screen: 0.34 },
      ms: 81.71,
      rows: 1,
      shown: { marked: 0, masked: 9 },
      arguments: '0d92587eaa8af904ad6d6de89848abde',
      catalogue: '41d4281649d36d8f',
      unknown_fields: 0,
      withheld: 0,
      ...ids,
    },
  }
}
