import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditLog, createRefusals, createTally } from '#audit'
import { type ConsoleWorld, createConsole } from '#console'
import { createLimiter } from '#gateway'
import { createLogin, type Interactions } from '#identity'
import { type Clock, Secret, systemClock } from '#kernel'
import { people } from '#store'
import { createVault, localKeyProvider } from '#vault'
import { startTestDatabase, type TestDatabase } from '../database.ts'

type Mail = { readonly to: string; readonly subject: string; readonly text: string }

/** The pages on a real PostgreSQL and a real port, without the rest of Tillgate. */
export type TestConsole = {
  readonly url: string
  readonly world: ConsoleWorld
  readonly database: TestDatabase
  /** What was mailed, newest last; empty without `mail`. */
  readonly mails: Mail[]
  /** What was logged as a mistake. */
  readonly mistakes: unknown[]
  stop(): Promise<void>
}

type Options = { readonly clock?: Clock; readonly mail?: boolean }

export async function startTestConsole({ clock = systemClock, mail = true }: Options = {}): Promise<TestConsole> {
  const database = await startTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'tg-console-'))
  const late: { pages?: ReturnType<typeof createConsole> } = {}
  const server = createServer((req, res) => void late.pages?.handle(req, res))
  const url = `http://localhost:${await listen(server)}`
  const [mails, mistakes]: [Mail[], unknown[]] = [[], []]
  const world = await worldOf({ url, database, folder, clock, onMistake: (error) => void mistakes.push(error) })
  const mailer = { send: async (letter: Mail) => void mails.push(letter) }
  const whole = { ...world, mailer: mail ? mailer : undefined }
  late.pages = createConsole(whole)
  return {
    url,
    world: whole,
    database,
    mails,
    mistakes,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await world.refusals.close()
      await world.tally.stop()
      world.vault.close()
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

type Parts = {
  readonly url: string
  readonly database: TestDatabase
  readonly folder: string
  readonly clock: Clock
  readonly onMistake: (error: unknown) => void
}

async function worldOf({ url, database, folder, clock, onMistake }: Parts) {
  const { pools, jobs } = database
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  const vault = createVault({ provider, clock })
  const audit = createAuditLog({ pool: pools.audit, onMistake })
  const secret = new Secret(randomBytes(32))
  return {
    base: url,
    login: await createLogin({ base: url, authPool: pools.auth, vault, clock, secret }),
    people: people(pools.app),
    interactions: nobodyAsks,
    audit,
    refusals: createRefusals({ log: audit, clock }),
    tally: createTally({ jobs, clock, onMistake }),
    verify: () => Promise.reject(new Error('nothing is checked here')),
    budgetOf: () => undefined,
    vault,
    jobs,
    authPool: pools.auth,
    formKey: new Secret(randomBytes(32)),
    limiter: createLimiter(clock),
    addressOf: ({ headers }: IncomingMessage) => `${headers['x-test-address'] ?? '192.0.2.1'}`,
    clock,
    onMistake,
  }
}

/** No agent asks here: that needs the authorization server. */
const nobodyAsks: Interactions = {
  read: async () => undefined,
  allow: () => Promise.reject(new Error('no agent asks here')),
  deny: () => Promise.reject(new Error('no agent asks here')),
}
