import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listMembers } from '#identity'
import { headless } from '../support/headless.ts'
import { type Seated, seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

const post = (person: Seated, path: string, body?: unknown) => shop.api.post(person, path, body)
const members = (person: Seated) => shop.api.get(person, 'members')
const invite = (person: Seated, email: string, seat = 'viewer') => post(person, 'members/invite', { email, seat })
const newAddress = () => `${randomUUID()}@example.test`

const seatOf = async ({ accountId }: Seated) =>
  (await shop.inside((tx) => listMembers(tx))).find((each) => each.accountId === accountId && each.removedAt === null)
    ?.seat

describe('the members', () => {
  it('that are invited without mail get a link that is shown once, to an address without an account', async () => {
    const email = newAddress()
    const { body } = await invite(shop.admin, email)
    expect(body).toEqual({ kind: 'link', link: expect.stringMatching(/\/console\/invitation\/tg_in_\S+$/) })
    expect(await shop.lastAction()).toMatchObject({ action: 'member.invite', account: shop.admin.accountId })
    expect((await headless(shop.test.gate.url).open(body.link)).text).toContain('shop')
    const list = await members(shop.admin)
    expect(list.body.invitations).toMatchObject([{ email, seat: 'viewer' }])
    expect(list.text).not.toContain('tg_in_')
    expect((await members(shop.viewer)).text).not.toContain(email)
  })

  it('that are invited are not, once that is withdrawn', async () => {
    const email = newAddress()
    const { link } = (await invite(shop.admin, email)).body
    const found = (await members(shop.admin)).body.invitations.find((each: { email: string }) => each.email === email)
    expect((await post(shop.viewer, `members/invitations/${found.id}/withdraw`)).status).toBe(403)
    await post(shop.admin, `members/invitations/${found.id}/withdraw`)
    expect((await headless(shop.test.gate.url).open(link)).text).toContain('withdrawn')
    expect((await members(shop.admin)).text).not.toContain(email)
  })

  it('that have an account elsewhere are not shown their link', async () => {
    const stranger = await seated(shop.test, [])
    const { status, body, text } = await invite(shop.admin, stranger.email.toUpperCase())
    expect({ status, field: body.error.field }).toEqual({ status: 400, field: 'email' })
    expect(text).not.toContain('tg_in_')
  })

  it('are governed by nobody below them', async () => {
    const { owner, admin, viewer } = shop
    expect((await invite(viewer, newAddress())).status).toBe(403)
    expect((await invite(admin, newAddress(), 'owner')).status).toBe(403)
    expect((await post(admin, `members/${owner.accountId}/seat`, { seat: 'viewer' })).status).toBe(403)
    expect((await post(admin, `members/${owner.accountId}/remove`)).status).toBe(403)
    expect((await post(admin, `members/${admin.accountId}/seat`, { seat: 'owner' })).status).toBe(403)
    expect((await post(viewer, `members/${admin.accountId}/remove`)).status).toBe(403)
    expect([await seatOf(owner), await seatOf(admin)]).toEqual(['owner', 'admin'])
  })

  it('get another seat from an admin with a fresh second factor, and lose what it does not give', async () => {
    const member = await shop.member('approver')
    const tired = await shop.member('admin', 'stale')
    expect((await post(tired, `members/${member.accountId}/seat`, { seat: 'viewer' })).body.error.code).toBe(
      'second_factor',
    )
    await post(shop.admin, `members/${member.accountId}/seat`, { seat: 'admin' })
    expect(await seatOf(member)).toBe('admin')
    expect(await shop.lastAction()).toMatchObject({ action: 'member.seat', subject: member.accountId })
  })

  it('lose their agents with their membership', async () => {
    const leaving = await shop.member('viewer')
    const own = await shop.grantOf(leaving)
    await post(shop.admin, `members/${leaving.accountId}/remove`)
    expect(await seatOf(leaving)).toBeUndefined()
    expect((await shop.agent(own)).revokedAt).not.toBeNull()
    const tokens = await shop.test.database.pools.auth.query('select from auth.access_tokens where grant_id = $1', [
      own.grantId,
    ])
    expect(tokens.rowCount).toBe(0)
    expect(await shop.lastAction()).toMatchObject({ action: 'member.remove', subject: leaving.accountId })
    expect((await shop.api.get(leaving, 'agents')).status).toBe(404)
  })

  it('may leave, but for the last owner', async () => {
    const leaving = await shop.member('approver')
    expect((await post(leaving, `members/${leaving.accountId}/remove`)).body).toEqual({ done: true, left: true })
    const { status, body } = await post(shop.owner, `members/${shop.owner.accountId}/remove`)
    expect(status).toBe(403)
    expect(body.error.message).toContain('last owner')
  })

  it('see the workspace under the name that an admin gives it', async () => {
    expect((await post(shop.viewer, 'workspace/rename', { name: 'Harbour' })).status).toBe(403)
    expect((await post(shop.admin, 'workspace/rename', { name: 'x'.repeat(10_000) })).body.error.field).toBe('name')
    await post(shop.admin, 'workspace/rename', { name: 'Harbour \u202E& Pine' })
    expect(await shop.lastAction()).toMatchObject({ action: 'workspace.rename', account: shop.admin.accountId })
    expect((await shop.api.get(shop.viewer, 'self')).body.workspace.name).toBe('Harbour ⟦U+202E⟧& Pine')
  })
})
