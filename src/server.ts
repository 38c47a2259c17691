import { join } from 'node:path'
import {
  createAuditLog,
  createHeadSigner,
  createRefusals,
  createTally,
  INSTANCE_CHAIN,
  type VerifyOptions,
  verifyAudit,
  type WorkspaceReport,
} from '#audit'
import type { Config } from '#config'
import { createEgress, createShopifyConnector, type Egress } from '#connectors'
import { type Console, type ConsoleWorld, createConsole } from '#console'
import {
  addressOf,
  type CallLine,
  createCredentials,
  createCursors,
  createEndpoint,
  createLimiter,
  type World,
} from '#gateway'
import {
  type AuthorizationServer,
  createAuthorizationServer,
  createLogin,
  createMailer,
  type Login,
  startSweep,
} from '#identity'
import { type Clock, hmac, Secret } from '#kernel'
import { type Database, people } from '#store'
import type { DataKey } from '#vault'
import { authorizationEvents } from './authorization-events.ts'
import { clientDocumentBy } from './client-document.ts'
import { type Foundation, loginSecret } from './foundation.ts'
import { type Listening, listen } from './listen.ts'
import { createRoutes } from './routes.ts'

/** What a running instance needs from outside. */
export type Surroundings = {
  readonly config: Config
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** host:port pairs that egress may reach beside those of the operator; the demo adds its own sandboxes. */
  readonly egressAllow?: readonly string[]
  /** Hears of each finished call. */
  readonly onCall?: (line: CallLine) => void
}

export type Log = {
  info(details: object, text: string): void
  warn(details: object, text: string): void
}

/** A running instance. `stop` lets running calls end, writes what is counted and signed, and leaves the database open. */
export type Gate = {
  readonly port: number
  /** The base URL without a slash at its end. */
  readonly url: string
  readonly login: Login
  /** Writes what is counted and signs what is written, now rather than within the minute. */
  flush(): Promise<void>
  stop(): Promise<void>
}

const SWEEP_EVERY_MS = 10 * 60 * 1000
const GRACE_MS = 10_000

/** Builds the world and opens the door. This is the only place that knows all modules. */
export async function startGate(surroundings: Surroundings, foundation: Foundation): Promise<Gate> {
  const { config, database, clock, log } = surroundings
  const onMistake = (error: unknown) => log.warn({ err: error }, 'something went wrong inside')
  const records = startRecords(surroundings, foundation)
  const egress = createEgress({ allow: [...config.egressAllow, ...(surroundings.egressAllow ?? [])] })
  const sweep = startSweep({ authPool: database.pools.auth, clock, everyMs: SWEEP_EVERY_MS, log: onMistake })

  const late: { routes?: ReturnType<typeof createRoutes> } = {}
  const listening = await listen((req, res) => late.routes?.handle(req, res), config)
  const url = config.url ?? `http://localhost:${listening.port}`
  const world = makeWorld({ ...surroundings, url, egress, records, onMistake }, foundation)
  const endpoint = createEndpoint(world)
  const authorization = await openAuthorization(world, { ...surroundings, egress, records, onMistake }, foundation)
  const consoleWorld = await makeConsoleWorld(world, { surroundings, authorization, records }, foundation)
  const pages = createConsole(consoleWorld)
  late.routes = createRoutes({
    base: url,
    trustedProxies: world.trustedProxies,
    limiter: world.limiter,
    endpoint,
    authorization,
    pages,
    pool: database.pools.app,
    onMistake,
  })

  return {
    port: listening.port,
    url,
    login: consoleWorld.login,
    flush: records.flush,
    stop: () =>
      stopInOrder({ listening, pages }, [
        endpoint.close,
        authorization.stop,
        sweep.stop,
        records.close,
        egress.close,
        world.credentials.close,
        foundation.vault.close,
      ]),
  }
}

type Made = Surroundings & {
  readonly url: string
  readonly egress: Egress
  readonly records: ReturnType<typeof startRecords>
  readonly onMistake: (error: unknown) => void
}

function makeWorld(
  { config, database, clock, url, egress, records, ...made }: Made,
  { keys, vault }: Foundation,
): World {
  return {
    base: url,
    hosts: hostsOf(url, config.host),
    trustedProxies: new Set(config.trustedProxies),
    app: database.pools.app,
    vault,
    audit: records.audit,
    refusals: records.refusals,
    connectors: new Map([['shopify', createShopifyConnector({ egress, clock })]]),
    limiter: createLimiter(clock),
    credentials: createCredentials(vault),
    cursors: createCursors(keys.cursorKey, clock),
    clock,
    onCall: made.onCall ?? (() => {}),
    onMistake: made.onMistake,
  }
}

function openAuthorization(
  { base, limiter }: World,
  { database, clock, log, egress, records, onMistake }: Omit<Made, 'url'>,
  { vault }: Foundation,
): Promise<AuthorizationServer> {
  const info = (details: object) => log.info(details, 'authorization server')
  return createAuthorizationServer({
    issuer: base,
    authPool: database.pools.auth,
    vault,
    clock,
    fetchDocument: clientDocumentBy(egress),
    limit: limiter.take,
    log: authorizationEvents({ ...records, clock, info, onMistake }),
  })
}

type Asking = Pick<Made, 'records'> & {
  readonly surroundings: Surroundings
  readonly authorization: AuthorizationServer
}

async function makeConsoleWorld(
  { base, connectors, limiter, audit, refusals, trustedProxies, clock, onMistake }: World,
  { surroundings: { config, database }, authorization, records }: Asking,
  { keys, vault, jobs }: Foundation,
): Promise<ConsoleWorld> {
  const authPool = database.pools.auth
  return {
    base,
    login: await createLogin({ base, authPool, vault, clock, secret: loginSecret(keys) }),
    people: people(database.pools.app),
    interactions: authorization.interactions,
    mailer: config.mail && createMailer(config.mail.url, config.mail.from),
    audit,
    refusals,
    tally: records.tally,
    verify: (workspaceId, onProgress) =>
      verifyOne(workspaceId, {
        jobs,
        headsFile: join(config.keysFolder, 'heads.jsonl'),
        publicKey: keys.signingKey,
        onProgress,
      }),
    budgetOf: (storeId) =>
      [...connectors.values()].map((each) => each.budgetOf(storeId)).find((budget) => budget !== undefined),
    vault,
    jobs,
    authPool,
    formKey: new Secret(hmac(keys.cursorKey.reveal(), 'tillgate/forms')),
    limiter,
    addressOf: (req) => addressOf(req, trustedProxies),
    clock,
    onMistake,
  }
}

/** Checks the chain of one workspace. */
async function verifyOne(workspaceId: string, options: VerifyOptions): Promise<WorkspaceReport> {
  const { workspaces } = await verifyAudit({ ...options, workspaces: [workspaceId] })
  const [report] = workspaces
  if (!report) throw new Error('the chain was not looked at')
  return report
}

/** The audit log with its signed heads and the counter of refusals. */
function startRecords({ config, database, clock, log }: Surroundings, { keys, vault, jobs }: Foundation) {
  const onMistake = (error: unknown) => log.warn({ err: error }, 'a record could not be written')
  const heads = createHeadSigner({
    file: join(config.keysFolder, 'heads.jsonl'),
    signingKey: keys.signingKey,
    clock,
    onMistake,
  })
  const tally = createTally({ jobs, clock, onMistake })
  const onHeads = (changed: Parameters<typeof heads.note>[0]) => {
    heads.note(changed)
    for (const { workspaceId } of changed) tally.note(workspaceId)
  }
  const audit = createAuditLog({ pool: database.pools.audit, onHeads, onMistake })
  const refusals = createRefusals({ log: audit, clock, keyOf: (chain) => bodyKeyOf(chain, { vault, jobs }) })
  const close = async () => {
    await refusals.close()
    await audit.close()
    await tally.stop()
    await heads.close()
  }
  const flush = async () => {
    await refusals.flush()
    await heads.flush()
  }
  return { audit, refusals, tally, flush, close }
}

/** The data key of a workspace's record bodies. The chain of the instance has none: what it counts is kept without addresses. */
async function bodyKeyOf(
  chain: string,
  { vault, jobs }: Pick<Foundation, 'vault' | 'jobs'>,
): Promise<DataKey | undefined> {
  if (chain === INSTANCE_CHAIN) return undefined
  const row = await jobs.inWorkspace(chain, (tx) =>
    tx.selectFrom('tillgate.workspaces').select('audit_key').executeTakeFirst(),
  )
  return row && vault.dataKey({ workspace: chain, purpose: 'audit-body' }, row.audit_key)
}

async function stopInOrder(
  { listening, pages }: { listening: Listening; pages: Console },
  closers: (() => unknown)[],
): Promise<void> {
  pages.close()
  await listening.close(GRACE_MS)
  for (const close of closers) await close()
}

/** The names under which this instance may be addressed; a loopback listener has all loopback names. */
function hostsOf(url: string, host: string | undefined): Set<string> {
  const hosts = new Set([new URL(url).hostname])
  if (host === undefined || host === '127.0.0.1' || host === '::1' || host === 'localhost') {
    for (const name of ['localhost', '127.0.0.1', '[::1]']) hosts.add(name)
  }
  return hosts
}
