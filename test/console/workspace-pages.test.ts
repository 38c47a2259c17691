import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addStore, createRoleIn, listAgents, listMembers, readRole, type Workspace } from '#identity'
import { Secret } from '#kernel'
import { presets, type Seat } from '#policy'
import type { WorkspaceTransaction } from '#store'
import { startTestGate, type TestGate } from '../support/gate.ts'
import type { Page } from '../support/headless.ts'
import { type MemberGrant, memberGrant } from '../support/member-grant.ts'
import { type Seated, seated, tokenOf } from '../support/seated.ts'

let test: TestGate
let shop: Workspace
let owner: Seated
let admin: Seated
let viewer: Seated

beforeAll(async () => {
  test = await startTestGate()
  shop = await test.workspace('shop')
  owner = await newMember('owner')
  admin = await newMember('admin')
  viewer = await newMember('viewer')
}, 120_000)
afterAll(() => test?.stop())

const newMember = (seat: Seat) => seated(test, [{ workspaceId: shop.workspaceId, seat }])

const inShop = <T>(work: (tx: WorkspaceTransaction) => Promise<T>) =>
  test.foundation.jobs.inWorkspace(shop.workspaceId, work)

const open = (person: Seated, path: string) => person.browser.open(`/console/w/shop/${path}`)

type Form = Readonly<Record<string, string | readonly string[]>>

/** A form of ours with these fields, also one that no page would show this person. */
async function post(person: Seated, path: string, form: Form = {}): Promise<Page> {
  const fields = new URLSearchParams({ csrf: tokenOf(await open(person, 'roles')) })
  for (const [name, values] of Object.entries(form)) for (const value of [values].flat()) fields.append(name, value)
  return person.browser.post(`/console/w/shop/${path}`, fields)
}

const grantOf = ({ accountId }: Seated, role = 'analyst'): Promise<MemberGrant> =>
  memberGrant(test.database, { workspaceId: shop.workspaceId, accountId, role })

const agent = async ({ agentId }: Pick<MemberGrant, 'agentId'>) => {
  const found = (await inShop((tx) => listAgents(tx))).find((each) => each.agentId === agentId)
  if (found === undefined) throw new Error('the agent is gone')
  return found
}

async function lastAction(): Promise<unknown> {
  const row = await inShop((tx) =>
    tx.selectFrom('audit.records').select('header').orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow(),
  )
  const { action, subject, account } = JSON.parse(row.header)
  return { action, subject, account }
}

async function tokensOf({ grantId }: MemberGrant): Promise<number> {
  const sql = 'select from auth.access_tokens where grant_id = $1'
  return (await test.database.pools.auth.query(sql, [grantId])).rowCount ?? 0
}

/** A role of its own with one scope; gives its name. */
async function newRole(): Promise<string> {
  const [name, definition] = [`role ${randomUUID()}`, { ...presets.analyst, scopes: ['orders:read'] }]
  await inShop((tx) => createRoleIn(tx, { workspaceId: shop.workspaceId, name, definition, by: 'test' }))
  return name
}

const FIELDS = {
  personal: 'mask',
  strangers_text: 'handle',
  reach: 'all',
  per_second: '10',
  burst: '30',
  concurrency: '16',
}

const edit = (name: string) => `roles/${encodeURIComponent(name)}/edit`
const roleNow = (name: string) => inShop((tx) => readRole(tx, name))

describe('a role', () => {
  it('is changed only after what the change means was shown', async () => {
    const name = await newRole()
    await grantOf(viewer, name)
    const form = { ...FIELDS, version: '1', scope: ['orders:read', 'catalog:read'], per_second: '5' }
    const page = await post(admin, edit(name), form)
    expect(page.text).toContain('One agent has this role now')
    expect(page.text).toMatch(/see products .* widens .*calls a second 10 5 narrows/)
    expect((await roleNow(name))?.version).toBe(1)
    const shown = page.forms.find(({ action }) => action.endsWith('/edit'))
    if (shown === undefined) throw new Error(page.text)
    const done = await admin.browser.submit(page, shown, { button: { name: 'confirm', value: 'yes' } })
    expect(done.text).toContain('The role is changed')
    expect(await roleNow(name)).toMatchObject({ version: 2, definition: { scopes: ['catalog:read', 'orders:read'] } })
    expect(await lastAction()).toMatchObject({ action: 'role.change', account: admin.accountId })
    expect(done.text).toContain(`Version 2 by ${admin.email}`)
  })

  it('that two admins edit has the change of the first; the second sees it, and keeps what was typed', async () => {
    const name = await newRole()
    const sent = { ...FIELDS, version: '1', confirm: 'yes' }
    await post(admin, edit(name), { ...sent, scope: ['orders:read', 'inventory:read'] })
    const page = await post(owner, edit(name), { ...sent, scope: ['orders:read'], burst: '7' })
    expect(page.status).toBe(409)
    expect(page.text).toContain('Somebody changed this role meanwhile')
    expect(page.text).toContain('how much of each product is in stock')
    const controls = page.forms.flatMap((form) => form.controls)
    expect(controls.find(({ name: field }) => field === 'burst')?.value).toBe('7')
    expect(controls.find(({ name: field }) => field === 'version')?.value).toBe('2')
    expect(await roleNow(name)).toMatchObject({ version: 2, definition: { limits: { burst: 30 } } })
  })

  it('that is none is shown again with the sentence at its field', async () => {
    const name = await newRole()
    const page = await post(admin, edit(name), { ...FIELDS, version: '1', scope: 'orders:read', burst: 'many' })
    expect(page.status).toBe(400)
    expect(page.html).toMatch(/id="error-burst" role="alert">Calls at once/)
    expect(page.html).toContain('value="many"')
  })

  it('is made by an admin, under a name of its own', async () => {
    const form = { ...FIELDS, name: `made ${randomUUID()}`, scope: 'orders:read' }
    expect((await post(viewer, 'roles/new', form)).status).toBe(403)
    expect((await post(admin, 'roles/new', form)).text).toContain('The role is there')
    expect(await lastAction()).toMatchObject({ action: 'role.create' })
    for (const name of [form.name, 'new', '..', ' ']) {
      const page = await post(admin, 'roles/new', { ...form, name })
      expect({ name, status: page.status }).toEqual({ name, status: 400 })
      expect(page.html).toContain('id="error-name"')
    }
  })
})

describe('the members', () => {
  const seatOf = async ({ accountId }: Seated) =>
    (await inShop((tx) => listMembers(tx))).find((each) => each.accountId === accountId && each.removedAt === null)
      ?.seat
  const invite = (person: Seated, email: string, seat = 'viewer') => post(person, 'members/invite', { email, seat })

  it('that are invited without mail get a link that is shown once, to an address without an account', async () => {
    const email = `${randomUUID()}@example.test`
    const page = await invite(admin, email)
    expect(page.text).toMatch(/\/console\/invitation\/tg_in_\S+ /)
    expect(await lastAction()).toMatchObject({ action: 'member.invite', account: admin.accountId })
    const list = await open(admin, 'members')
    expect(list.text).toContain(email)
    expect(list.html).not.toContain('tg_in_')
    expect((await open(viewer, 'members')).text).not.toContain(email)
  })

  it('that have an account elsewhere are not shown their link', async () => {
    const stranger = await seated(test, [])
    const page = await invite(admin, stranger.email.toUpperCase())
    expect(page.status).toBe(400)
    expect(page.html).toContain('id="error-email"')
    expect(page.html).not.toContain('tg_in_')
  })

  it('are governed by nobody below them', async () => {
    expect((await invite(viewer, `${randomUUID()}@example.test`)).status).toBe(403)
    expect((await invite(admin, `${randomUUID()}@example.test`, 'owner')).status).toBe(403)
    expect((await post(admin, `members/${owner.accountId}/seat`, { seat: 'viewer' })).status).toBe(403)
    expect((await post(admin, `members/${owner.accountId}/remove`)).status).toBe(403)
    expect((await post(admin, `members/${admin.accountId}/seat`, { seat: 'owner' })).status).toBe(403)
    expect((await post(viewer, `members/${admin.accountId}/remove`)).status).toBe(403)
    expect([await seatOf(owner), await seatOf(admin)]).toEqual(['owner', 'admin'])
  })

  it('lose their agents with their membership', async () => {
    const leaving = await newMember('viewer')
    const own = await grantOf(leaving)
    await post(admin, `members/${leaving.accountId}/remove`)
    expect(await seatOf(leaving)).toBeUndefined()
    expect((await agent(own)).revokedAt).not.toBeNull()
    expect(await tokensOf(own)).toBe(0)
    expect(await lastAction()).toMatchObject({ action: 'member.remove', subject: leaving.accountId })
    for (const path of ['members', 'agents']) expect((await open(leaving, path)).status).toBe(404)
  })

  it('may leave, but for the last owner', async () => {
    const leaving = await newMember('approver')
    expect((await post(leaving, `members/${leaving.accountId}/remove`)).text).toContain('You are in no workspace yet')
    const page = await post(owner, `members/${owner.accountId}/remove`)
    expect({ status: page.status, text: page.text }).toMatchObject({ status: 403 })
    expect(page.text).toContain('last owner')
  })
})

const CORPUS = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "' onfocus='alert(1)",
  '</title><h1>a\u202Eb',
]

describe('words of others', () => {
  it.each(CORPUS)('are never markup on any page of the workspace: %s', async (words) => {
    const { workspaceId } = shop
    const member = await newMember('viewer')
    const handle = `s-${randomUUID().slice(0, 8)}`
    await addStore(test.foundation, {
      ...{ workspaceId, handle, name: words, origin: 'http://127.0.0.1:9', credential: new Secret('x') },
      ...({ platform: 'shopify', mode: 'test', currency: 'EUR' } as const),
    })
    await inShop(async (tx) => {
      await createRoleIn(tx, { workspaceId, name: words, definition: presets.analyst, by: 'test' })
      await tx.updateTable('tillgate.members').set({ name: words }).where('account_id', '=', member.accountId).execute()
    })
    const role = `roles/${encodeURIComponent(words)}`
    for (const path of ['roles', role, `${role}/edit`, 'members']) {
      const page = await open(admin, path)
      expect({ path, status: page.status }).toEqual({ path, status: 200 })
      expect(page.html).not.toContain(words)
      expect(page.html).not.toMatch(/<(script|img src=x)|<h1>a|\u202E| onfocus='/)
    }
  })
})
