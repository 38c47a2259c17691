import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#config'
import { type Foundation, openFoundation } from '#foundation'
import type { CallLine } from '#gateway'
import { addStore, createMachineAgent, createWorkspace, type MachineAgent, type Workspace } from '#identity'
import { type Clock, Secret, systemClock } from '#kernel'
import { type Sandbox, startShopifySandbox } from '#sandbox'
import { type Gate, startGate } from '#server'
import { startTestDatabase, type TestDatabase } from '../database.ts'

/** A running Tillgate on a real PostgreSQL with one sandbox store, inside the test process. */
export type TestGate = {
  readonly gate: Gate
  readonly database: TestDatabase
  readonly foundation: Foundation
  readonly sandbox: Sandbox
  readonly keysFolder: string
  /** What `onCall` was told. */
  readonly lines: CallLine[]
  /** What was logged as a mistake, newest last. */
  readonly mistakes: unknown[]
  /** A workspace with the sandbox connected as `harbour`. */
  workspace(slug: string): Promise<Workspace>
  agent(workspace: Workspace, options: { role: string; name?: string; scopes?: string[] }): Promise<MachineAgent>
  token(agent: MachineAgent, options?: { resource?: string; scope?: string }): Promise<string>
  stop(): Promise<void>
}

type Options = { readonly clock?: Clock; readonly madeOn?: number }

const MADE_ON = Date.parse('2026-11-20T12:00:00Z')

export async function startTestGate({ clock = systemClock, madeOn = MADE_ON }: Options = {}): Promise<TestGate> {
  const database = await startTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'tg-gate-'))
  const keysFolder = join(folder, 'keys')
  const config = readConfig({ TILLGATE_KEYS: keysFolder, TILLGATE_DATA: folder, TILLGATE_PORT: '0' })
  const opened = { pools: database.pools, server: undefined, migrated: [], setConfigOpen: false, close: async () => {} }
  const foundation = await openFoundation({ config, database: opened, clock })
  const sandbox = await startShopifySandbox({ madeOn, clock, throttle: { maximumAvailable: 1e6, restoreRate: 1e6 } })
  const lines: CallLine[] = []
  const mistakes: unknown[] = []
  const log = { info: () => {}, warn: (details: object) => void mistakes.push(details) }
  const egressAllow = [new URL(sandbox.url).host]
  const onCall = (line: CallLine) => void lines.push(line)
  const gate = await startGate({ config, database: opened, clock, log, egressAllow, onCall }, foundation)
  const parts = { ...foundation, authPool: database.pools.auth }
  let agents = 0
  return {
    gate,
    database,
    foundation,
    sandbox,
    keysFolder,
    lines,
    mistakes,
    async workspace(slug) {
      const workspace = await createWorkspace(parts, { slug, name: slug })
      const credential = new Secret(JSON.stringify({ kind: 'static', token: sandbox.accessToken.reveal() }))
      const store = { platform: 'shopify', name: 'Harbour & Pine', mode: 'test', currency: 'EUR' } as const
      await addStore(parts, {
        ...store,
        workspaceId: workspace.workspaceId,
        handle: 'harbour',
        origin: sandbox.url,
        credential,
      })
      return workspace
    },
    agent({ workspaceId }, { role, name = `agent ${++agents}`, scopes }) {
      return createMachineAgent(parts, {
        workspaceId,
        name,
        role,
        ...(scopes && { scopes }),
        stores: 'all',
        createdBy: 'test',
      })
    },
    token: ({ clientId, clientSecret }, options) =>
      requestToken(gate.url, { client_id: clientId, client_secret: clientSecret.reveal() }, options),
    async stop() {
      await gate.stop()
      await sandbox.close()
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A token by `client_credentials`, as the program of a machine agent gets it. */
export async function requestToken(
  base: string,
  client: { client_id: string; client_secret: string },
  { resource = `${base}/mcp`, scope }: { resource?: string; scope?: string } = {},
): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource, ...(scope && { scope }) })
  const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`
  const response = await fetch(`${base}/oauth/token`, { method: 'POST', headers: { authorization }, body })
  const answer: unknown = await response.json()
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'access_token' in answer &&
    typeof answer.access_token === 'string'
  ) {
    return answer.access_token
  }
  throw new Error(`no token: ${JSON.stringify(answer)}`)
}
