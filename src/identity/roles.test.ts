import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PRESET_NAMES, presets } from '#policy'
import { people, type WorkspaceTransaction } from '#store'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { type FilledWorkspace, fillTwoWorkspaces, type TwoWorkspaces } from '../../test/isolation/two-workspaces.ts'
import { roleOf } from './role-of.ts'
import { changeRole, createRole, createRoleIn, listRoles, readRole, roleHistory } from './roles.ts'

let database: TestDatabase
let two: TwoWorkspaces
let one: FilledWorkspace

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
  one = two.one
}, 60_000)
afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

const definition = { scopes: ['stores:read', 'orders:read'], personal: 'mask', strangers_text: 'mark' }
const by = 'operator:ada'
const inOne = <T>(work: (tx: WorkspaceTransaction) => Promise<T>) => database.jobs.inWorkspace(one.workspaceId, work)
const make = (name: string, made: unknown = definition) =>
  inOne((tx) => createRoleIn(tx, { workspaceId: one.workspaceId, name, definition: made, by }))
const change = (name: string, changed: unknown, expectedVersion?: number) =>
  inOne((tx) => changeRole(tx, { workspaceId: one.workspaceId, name, definition: changed, by, expectedVersion }))

describe('the roles of a workspace', () => {
  it('start with the presets, each with its first version', async () => {
    const roles = await database.jobs.inWorkspace(two.two.workspaceId, listRoles)
    expect(roles.map(({ name }) => name)).toEqual([...PRESET_NAMES].sort())
    for (const { name, version } of roles) {
      const history = await database.jobs.inWorkspace(two.two.workspaceId, (tx) => roleHistory(tx, name))
      expect({ version, history }).toMatchObject({ version: 1, history: [{ version: 1, changedBy: 'tillgate' }] })
    }
  })

  it('are read by name, and may be presets that were changed', async () => {
    const changed = await change('merchandiser', { ...presets.merchandiser, personal: 'mask' })
    expect(await inOne((tx) => readRole(tx, 'merchandiser'))).toEqual(changed)
    expect(await inOne((tx) => readRole(tx, 'nobody'))).toBeUndefined()
  })

  it('are made and changed by a person in the workspace that the session opened', async () => {
    const session = { hash: one.sessionHash, slug: one.slug }
    const made = await people(database.pools.app).inWorkspace(session, async (tx, { workspaceId, accountId }) => {
      const role = { workspaceId, name: 'by a person', definition, by: `account:${accountId}` }
      await createRoleIn(tx, role)
      return changeRole(tx, { ...role, definition: { ...definition, personal: 'drop' } })
    })
    expect(made?.version).toBe(2)
    const history = await inOne((tx) => roleHistory(tx, 'by a person'))
    expect(history.map(({ changedBy }) => changedBy)).toEqual([`account:${one.accountId}`, `account:${one.accountId}`])
  })
})

describe('a change of a role', () => {
  it('leaves every version behind, the newest first', async () => {
    await make('kept')
    await change('kept', { ...definition, personal: 'drop' })
    await change('kept', { ...definition, expires_days: 30, stores: ['shop-one'] })
    const history = await inOne((tx) => roleHistory(tx, 'kept'))
    expect(history).toMatchObject([
      { version: 3, changedBy: by, definition: { expires_days: 30, stores: ['shop-one'] } },
      { version: 2, changedBy: by, definition: { personal: 'drop' } },
      { version: 1, changedBy: by, changedAt: expect.any(Date), definition: { personal: 'mask', stores: 'all' } },
    ])
  })

  it('fails where another one came first', async () => {
    await make('contended')
    expect(await change('contended', { ...definition, personal: 'drop' }, 1)).toMatchObject({ version: 2 })
    await expect(change('contended', { ...definition, personal: 'clear' }, 1)).rejects.toMatchObject({
      code: 'invalid_arguments',
      field: 'version',
    })
    expect(await inOne((tx) => readRole(tx, 'contended'))).toMatchObject({
      version: 2,
      definition: { personal: 'drop' },
    })
  })

  it('succeeds once of many that were made on the same version at the same time', async () => {
    await make('raced')
    const changes = await Promise.allSettled(
      [1, 2, 3, 4].map((days) => change('raced', { ...definition, expires_days: days }, 1)),
    )
    expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await inOne((tx) => roleHistory(tx, 'raced'))).toHaveLength(2)
  })

  it('cannot leave a role without scopes, and no role is made without', async () => {
    await make('scoped')
    const refusal = { code: 'invalid_arguments', field: 'definition.scopes' }
    await expect(change('scoped', { ...definition, scopes: [] })).rejects.toMatchObject(refusal)
    await expect(make('unscoped', { ...definition, scopes: [] })).rejects.toMatchObject(refusal)
  })

  it('of no role, or of one in another workspace, is refused', async () => {
    await createRole(two.parts, { workspaceId: two.two.workspaceId, name: 'theirs', definition })
    for (const name of ['nobody', 'theirs']) {
      await expect(change(name, definition)).rejects.toMatchObject({ code: 'not_found' })
      await expect(inOne((tx) => roleHistory(tx, name))).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

describe('the name of a role', () => {
  it.each(['', ' ', 'x'.repeat(101), ' padded '])('is not %j', async (name) => {
    await expect(make(name)).rejects.toMatchObject({ code: 'invalid_arguments', field: 'name' })
  })

  it('is taken once in a workspace', async () => {
    await make('taken')
    await expect(make('taken')).rejects.toMatchObject({ code: 'invalid_arguments', field: 'name' })
  })
})

describe('the role in effect', () => {
  const wide = JSON.stringify({ ...definition, scopes: ['stores:read', 'orders:write'] })
  const narrow = JSON.stringify({ ...definition, scopes: ['stores:read'] })
  const entry = { role_id: 'r', role_version: 2, accepted_version: 1, seat: null } as const

  it('is the narrower of what the role is and what was accepted', () => {
    expect(roleOf({ ...entry, role_definition: wide, accepted_definition: narrow }).scopes).toEqual(['stores:read'])
  })

  it('is never that of another text, whatever the versions say', () => {
    const same = { ...entry, role_version: 1, accepted_definition: null }
    expect(roleOf({ ...same, role_definition: wide }).scopes).toHaveLength(2)
    expect(roleOf({ ...same, role_definition: narrow }).scopes).toEqual(['stores:read'])
  })

  it('hangs on the seat of the member', () => {
    const same = { ...entry, role_version: 1, accepted_definition: null, role_definition: wide }
    expect(roleOf({ ...same, seat: 'viewer' }).scopes).toEqual(['stores:read'])
    expect(roleOf({ ...same, seat: 'owner' }).scopes).toHaveLength(2)
  })

  it('is none where the text of what was accepted is missing', () => {
    const missing = { ...entry, role_definition: wide, accepted_definition: null, accepted_version: 3 }
    expect(() => roleOf(missing)).toThrow(expect.objectContaining({ code: 'internal' }))
  })
})
