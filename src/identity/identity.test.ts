import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret, systemClock } from '#kernel'
import { PRESET_NAMES, presets } from '#policy'
import { withClient } from '#store'
import { createVault, localKeyProvider, type Vault } from '#vault'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { createMachineAgent } from './agents.ts'
import { revokeAgent, rotateAgentSecret } from './existing-agents.ts'
import { addStoreToGrant, removeStoreFromGrant } from './grants.ts'
import { listAgents } from './list-agents.ts'
import { roleOf } from './role-of.ts'
import { createRole, roleByName, updateRole } from './roles.ts'
import { addStore, disconnectStore, listStores, moveStore, storeCredentialContext } from './stores.ts'
import { createWorkspace, workspaceBySlug } from './workspaces.ts'

let database: TestDatabase
let folder: string
let vault: Vault
let workspaceId: string

const world = () => ({ jobs: database.jobs, vault, authPool: database.pools.auth })
const agentsIn = (id: string) => database.jobs.inWorkspace(id, (tx) => listAgents(tx))
const superuser = (text: string, values: unknown[] = []) =>
  withClient(database.superuser, (client) => client.query(text, values))
const store = (handle: string, more: Partial<Parameters<typeof addStore>[1]> = {}) =>
  addStore(world(), {
    workspaceId,
    handle,
    platform: 'shopify',
    name: 'Shop',
    mode: 'test',
    currency: 'EUR',
    origin: 'http://127.0.0.1:9999',
    credential: new Secret('shpat_1'),
    ...more,
  })
const agent = (name: string, more: Partial<Parameters<typeof createMachineAgent>[1]> = {}) =>
  createMachineAgent(world(), {
    workspaceId,
    name,
    role: 'analyst',
    stores: 'all',
    createdBy: 'operator:ada',
    ...more,
  })

beforeAll(async () => {
  database = await startTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'tg-identity-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  vault = createVault({ provider, clock: systemClock })
  workspaceId = (await createWorkspace(world(), { slug: 'main', name: 'Main' })).workspaceId
}, 60_000)

afterAll(async () => {
  vault?.close()
  await database?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('workspaces', () => {
  it('are found by slug and start with the preset roles and a data key of their own', async () => {
    expect(await workspaceBySlug(world(), 'main')).toEqual({ workspaceId, slug: 'main', name: 'Main' })
    expect(await workspaceBySlug(world(), 'other')).toBeUndefined()
    for (const name of PRESET_NAMES) {
      expect(await roleByName(world(), { workspaceId, name })).toMatchObject({ version: 1, definition: presets[name] })
    }
    const { rows } = await superuser('select audit_key from tillgate.workspaces')
    const key = await vault.dataKey({ workspace: workspaceId, purpose: 'audit-body' }, rows[0].audit_key)
    expect(key.open('h', key.seal('h', 'body')).toString()).toBe('body')
    await expect(vault.dataKey({ workspace: 'other', purpose: 'audit-body' }, rows[0].audit_key)).rejects.toThrow()
  })

  it('refuse a slug that is taken or malformed with a sentence', async () => {
    await expect(createWorkspace(world(), { slug: 'main', name: 'Again' })).rejects.toMatchObject({
      code: 'invalid_arguments',
      field: 'slug',
      message: 'There is a workspace with this slug already; choose another slug.',
    })
    await expect(createWorkspace(world(), { slug: 'Main/..', name: 'M' })).rejects.toMatchObject({ field: 'slug' })
    await expect(createWorkspace(world(), { slug: 'unnamed', name: '' })).rejects.toMatchObject({ field: 'name' })
  })
})

describe('roles', () => {
  it('are stored as policy accepts them and refused otherwise', async () => {
    const definition = { scopes: ['stores:read'], personal: 'mask', strangers_text: 'mark' }
    const made = await createRole(world(), { workspaceId, name: 'lister', definition })
    expect(made.definition.limits).toEqual({ per_second: 10, burst: 30, concurrency: 16 })
    expect(await roleByName(world(), { workspaceId, name: 'lister' })).toEqual(made)
    await expect(createRole(world(), { workspaceId, name: 'lister', definition })).rejects.toMatchObject({
      code: 'invalid_arguments',
      field: 'name',
    })
    const unknown = { ...definition, scopes: ['root'] }
    await expect(createRole(world(), { workspaceId, name: 'root', definition: unknown })).rejects.toMatchObject({
      field: 'definition.scopes.0',
    })
  })

  it('get a new version with each change', async () => {
    const definition = { scopes: ['stores:read', 'orders:read'], personal: 'drop', strangers_text: 'mark' }
    expect(await updateRole(world(), { workspaceId, name: 'lister', definition })).toMatchObject({
      version: 2,
      definition,
    })
    await expect(updateRole(world(), { workspaceId, name: 'nobody', definition })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('are parsed once a version and cannot be changed by who got them', () => {
    const own = { accepted_version: 1, accepted_definition: null, seat: null }
    const entry = { ...own, role_id: 'r1', role_version: 1, role_definition: JSON.stringify(presets.analyst) }
    const role = roleOf(entry)
    expect(roleOf({ ...entry })).toBe(role)
    expect(() => role.scopes.push('orders:write')).toThrow(TypeError)
    expect(() => Object.assign(role.limits, { burst: 9 })).toThrow(TypeError)
    const next = { ...entry, role_version: 2, accepted_version: 2, role_definition: JSON.stringify(presets.support) }
    expect(roleOf(next)).toEqual(presets.support)
  })
})

describe('stores', () => {
  it('keep their credential sealed for this workspace and store', async () => {
    const { storeId } = await store('sealed', { credential: new Secret('shpat_sealed_one') })
    const { rows } = await superuser('select credential from tillgate.stores where store_id = $1', [storeId])
    expect(rows[0].credential.includes('shpat_sealed_one')).toBe(false)
    const opened = await vault.open(storeCredentialContext(workspaceId, storeId), rows[0].credential)
    expect(opened.reveal().toString()).toBe('shpat_sealed_one')
    await expect(vault.open(storeCredentialContext(workspaceId, workspaceId), rows[0].credential)).rejects.toThrow()
  })

  it('never use a handle again, not even after they were disconnected', async () => {
    await store('once')
    await expect(store('once')).rejects.toMatchObject({ code: 'invalid_arguments', field: 'handle' })
    await disconnectStore(world(), { workspaceId, handle: 'once' })
    await expect(store('once')).rejects.toMatchObject({ field: 'handle' })
    await expect(disconnectStore(world(), { workspaceId, handle: 'once' })).rejects.toMatchObject({ code: 'not_found' })
    const listed = (await listStores(world(), workspaceId)).find(({ handle }) => handle === 'once')
    expect(listed?.disconnectedAt).toBeInstanceOf(Date)
    const { rows } = await superuser(`select length(credential) as length from tillgate.stores where handle = 'once'`)
    expect(rows[0].length).toBe(0)
  })

  it('are refused when malformed', async () => {
    await expect(store('A')).rejects.toMatchObject({ field: 'handle' })
    await expect(store('ab', { currency: 'eur' })).rejects.toMatchObject({ field: 'currency' })
    for (const origin of ['nonsense', 'https://u:p@host', 'https://host/path', 'file:///etc', 'https://host/']) {
      await expect(store('ab', { origin })).rejects.toMatchObject({ field: 'origin' })
    }
  })

  it('move when they are test stores, with a new version of the credential, and not when they are live', async () => {
    await store('movable')
    await store('live-one', { mode: 'live' })
    const move = { workspaceId, origin: 'http://127.0.0.1:10000', credential: new Secret('shpat_2') }
    await moveStore(world(), { ...move, handle: 'movable' })
    const { rows } = await superuser(`select * from tillgate.stores where handle = 'movable'`)
    expect(rows[0]).toMatchObject({ origin: 'http://127.0.0.1:10000', credential_version: 2 })
    const opened = await vault.open(storeCredentialContext(workspaceId, rows[0].store_id), rows[0].credential)
    expect(opened.reveal().toString()).toBe('shpat_2')
    await expect(moveStore(world(), { ...move, handle: 'live-one' })).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(moveStore(world(), { ...move, handle: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('agents', () => {
  it('have every scope of their role as ceiling, or the part that was named', async () => {
    await agent('whole')
    await agent('part', { scopes: ['orders:read', 'stores:read'] })
    const scopesOf = async (name: string) =>
      (await agentsIn(workspaceId)).find((listed) => listed.name === name)?.scopes
    expect(await scopesOf('whole')).toEqual(presets.analyst.scopes)
    expect(await scopesOf('part')).toEqual(['stores:read', 'orders:read'])
  })

  it('get no scope outside their role, no unknown role and no unknown store', async () => {
    await expect(agent('wide', { scopes: ['orders:read', 'orders:write'] })).rejects.toMatchObject({
      code: 'invalid_arguments',
      field: 'scopes',
      message: 'The role does not have orders:write; leave it out.',
    })
    await expect(agent('none', { scopes: [] })).rejects.toMatchObject({ field: 'scopes' })
    await expect(agent('odd', { role: 'king' })).rejects.toMatchObject({ code: 'not_found', field: 'role' })
    await expect(agent('odd', { stores: ['nowhere'] })).rejects.toMatchObject({ code: 'not_found', field: 'store' })
    await expect(agent('odd', { stores: ['once'] })).rejects.toMatchObject({ code: 'not_found' })
    const names = (await agentsIn(workspaceId)).map(({ name }) => name)
    expect(names).not.toContain('wide')
    expect(names).not.toContain('odd')
  })

  it('use the stores of their grant, which can be given and taken', async () => {
    const { grantId } = await agent('shopper', { stores: ['sealed'] })
    const storesOf = async () => (await agentsIn(workspaceId)).find(({ name }) => name === 'shopper')?.stores
    expect(await storesOf()).toEqual(['sealed'])
    await addStoreToGrant(world(), { workspaceId, grantId, handle: 'movable' })
    await addStoreToGrant(world(), { workspaceId, grantId, handle: 'movable' })
    expect(await storesOf()).toEqual(['movable', 'sealed'])
    await removeStoreFromGrant(world(), { workspaceId, grantId, handle: 'sealed' })
    expect(await storesOf()).toEqual(['movable'])
    await expect(addStoreToGrant(world(), { workspaceId, grantId, handle: 'once' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('end with their grant and lose their secrets when revoked; the name is free again', async () => {
    const { agentId, clientId } = await agent('brief')
    await expect(agent('brief')).rejects.toMatchObject({ code: 'invalid_arguments', field: 'name' })
    const revocation = { workspaceId, agent: 'brief', by: 'operator:ada' }
    expect(await revokeAgent(world(), revocation)).toEqual({ agentId, name: 'brief', clientId })
    const { rows } = await superuser('select revoked_at, revoked_by from tillgate.grants where agent_id = $1', [
      agentId,
    ])
    expect(rows).toEqual([{ revoked_at: expect.any(Date), revoked_by: 'operator:ada' }])
    const secrets = await superuser('select from auth.client_secrets where client_id = $1', [clientId])
    expect(secrets.rowCount).toBe(0)

    // A second try, after one that stopped half way, keeps who and when.
    await revokeAgent(world(), { ...revocation, by: 'operator:bob' })
    const again = await superuser('select revoked_at, revoked_by from tillgate.grants where agent_id = $1', [agentId])
    expect(again.rows).toEqual(rows)

    const second = await agent('brief')
    await expect(revokeAgent(world(), revocation)).resolves.toMatchObject({ agentId: second.agentId })
    await expect(rotateAgentSecret(world(), { workspaceId, agent: 'brief', overlapSeconds: 9 })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(revokeAgent(world(), { ...revocation, agent: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of one workspace are nothing to another', async () => {
    const other = await createWorkspace(world(), { slug: 'other', name: 'Other' })
    const { agentId, grantId } = await agent('mine', { stores: ['sealed'] })
    const elsewhere = { workspaceId: other.workspaceId, by: 'operator:eve' }
    await expect(revokeAgent(world(), { ...elsewhere, agent: agentId })).rejects.toMatchObject({ code: 'not_found' })
    const give = { workspaceId: other.workspaceId, grantId, handle: 'sealed' }
    await expect(addStoreToGrant(world(), give)).rejects.toMatchObject({ code: 'not_found' })
    await removeStoreFromGrant(world(), give)
    expect(await agentsIn(other.workspaceId)).toEqual([])
    expect((await agentsIn(workspaceId)).find(({ name }) => name === 'mine')?.stores).toEqual(['sealed'])
  })
})
