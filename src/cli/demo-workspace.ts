import { loginSecret } from '#foundation'
import {
  addStore,
  createLogin,
  createMachineAgent,
  createWorkspace,
  listAgents,
  listStores,
  moveStore,
  revokeAgent,
  roleByName,
  updateRole,
  type Workspace,
  workspaceBySlug,
} from '#identity'
import { Secret, systemClock } from '#kernel'
import type { Sandbox } from '#sandbox'
import { makeDemoHistory } from './demo-history/index.ts'
import { makeDemoOwner } from './demo-owner.ts'
import { type DemoSecrets, keepDemoSecrets } from './demo-secrets.ts'
import type { Serving } from './serving.ts'

const SLUG = 'demo'
const HANDLE = 'harbour'
const NAME = 'Harbour & Pine'
const LIMITS = { per_second: 2_000, burst: 4_000, concurrency: 200 }
const AGENTS = ['analyst', 'operator'] as const
const MADE_BY = 'demo'

type Parts = {
  readonly serving: Pick<Serving, 'foundation' | 'database'>
  readonly secrets: DemoSecrets
  readonly sandbox: Sandbox
  readonly keysFolder: string
  /** The base URL that passkeys and the authenticator app are made for. */
  readonly base: string
}

/** Makes the demo workspace, its sandbox store, its two agents and its owner, or finds them as they are. */
export async function prepareDemo(parts: Parts) {
  const { foundation } = parts.serving
  const known = await workspaceBySlug(foundation, SLUG)
  const workspace = known ?? (await createDemoWorkspace(parts))
  await connectSandbox(parts, workspace)
  if (!known) await makeHistory(parts, workspace)
  const secrets = { ...parts.secrets, agents: { ...parts.secrets.agents } }
  for (const name of AGENTS) secrets.agents[name] ??= await makeAgent(parts, workspace, name)
  secrets.owner ??= await makeOwner(parts, workspace)
  keepDemoSecrets(parts.keysFolder, secrets)
  const store = { handle: HANDLE, platform: 'shopify', mode: 'test', url: parts.sandbox.url }
  return { secrets, workspace: { id: workspace.workspaceId, slug: workspace.slug }, stores: [store] }
}

/** The limits of the demo are raised through its roles; nothing is switched off. */
async function createDemoWorkspace({ serving: { foundation } }: Parts): Promise<Workspace> {
  const workspace = await createWorkspace(foundation, { slug: SLUG, name: NAME })
  for (const name of AGENTS) {
    const role = await roleByName(foundation, { workspaceId: workspace.workspaceId, name })
    if (role) {
      const definition = { ...role.definition, limits: LIMITS }
      await updateRole(foundation, { workspaceId: workspace.workspaceId, name, definition })
    }
  }
  return workspace
}

/** A sandbox comes back on another port; the store moves with it. */
async function connectSandbox({ serving: { foundation }, sandbox }: Parts, { workspaceId }: Workspace): Promise<void> {
  const credential = new Secret(JSON.stringify({ kind: 'static', token: sandbox.accessToken.reveal() }))
  const place = { workspaceId, handle: HANDLE, origin: sandbox.url, credential }
  const stores = await listStores(foundation, workspaceId)
  if (stores.some((store) => store.handle === HANDLE)) return moveStore(foundation, place)
  await addStore(foundation, { ...place, platform: 'shopify', name: NAME, mode: 'test', currency: 'EUR' })
}

async function makeOwner(parts: Parts, { workspaceId }: Workspace) {
  const { jobs } = parts.serving.foundation
  return makeDemoOwner({ login: await loginOf(parts), jobs, clock: systemClock, workspaceId })
}

function loginOf({ serving: { foundation, database }, base }: Parts) {
  const { vault, keys } = foundation
  return createLogin({ base, authPool: database.pools.auth, vault, clock: systemClock, secret: loginSecret(keys) })
}

async function makeHistory(parts: Parts, { workspaceId }: Workspace): Promise<void> {
  const { foundation, database } = parts.serving
  const { jobs, vault } = foundation
  const { pools } = database
  const login = await loginOf(parts)
  const now = systemClock()
  await makeDemoHistory({ jobs, vault, pools, authPool: pools.auth, login, workspaceId, store: HANDLE, now })
}

/** An agent whose secret was lost with the keys folder's demo.json is replaced. */
async function makeAgent(
  { serving: { foundation, database } }: Parts,
  { workspaceId }: Workspace,
  name: 'analyst' | 'operator',
) {
  const parts = { jobs: foundation.jobs, authPool: database.pools.auth }
  const agents = await foundation.jobs.inWorkspace(workspaceId, (tx) => listAgents(tx))
  if (agents.some((agent) => agent.name === name && agent.revokedAt === null)) {
    await revokeAgent(parts, { workspaceId, agent: name, by: MADE_BY })
  }
  const made = await createMachineAgent(parts, { workspaceId, name, role: name, stores: 'all', createdBy: MADE_BY })
  return { client_id: made.clientId, client_secret: made.clientSecret.reveal() }
}
