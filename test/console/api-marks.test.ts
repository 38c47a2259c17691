import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LANDMARKS } from '#sandbox'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

type Agent = { readonly agentId: string }

const clear = (person: Seated, { agentId }: Agent) => shop.api.post(person, `agents/${agentId}/clear-marks`)
const readNote = (token: string) => shop.call(token, 'get_order', { id: LANDMARKS.benignNote.id })

/** Since when the mark stands, as a person sees it. */
async function taintOf({ agentId }: Agent, person = shop.admin): Promise<string | null> {
  return (await shop.api.get(person, `agents/${agentId}`)).body.taintedAt
}

const asAuth = async (text: string, id: string) => (await shop.test.database.pools.auth.query(text, [id])).rows

describe('the mark of what was read', () => {
  it('is taken from a machine agent by an admin with a fresh second factor, recorded', async () => {
    const agent = await shop.machine()
    await readNote(agent.token)
    expect(await taintOf(agent)).toEqual(expect.any(String))
    const [tired, approver] = [await shop.member('admin', 'stale'), await shop.member('approver')]
    expect(await clear(tired, agent)).toMatchObject({ status: 403, body: { error: { code: 'second_factor' } } })
    for (const person of [shop.viewer, approver]) expect((await clear(person, agent)).status).toBe(404)
    expect(await taintOf(agent)).toEqual(expect.any(String))
    expect((await clear(shop.admin, agent)).status).toBe(200)
    expect(await taintOf(agent)).toBeNull()
    expect(await shop.lastAction()).toEqual({
      ...{ action: 'agent.clear_marks', subject: agent.agentId, account: shop.admin.accountId },
    })
  })

  it('is taken from an account by that very person, whoever else asks, for all agents of it', async () => {
    const member = await shop.member('viewer')
    const [first, second] = [await shop.grantOf(member, 'support'), await shop.grantOf(member, 'support')]
    await readNote(first.token)
    for (const agent of [first, second]) expect(await taintOf(agent)).toEqual(expect.any(String))
    for (const person of [shop.owner, shop.admin]) {
      const { status, body } = await clear(person, first)
      expect({ status, code: body.error.code }).toEqual({ status: 403, code: 'not_allowed' })
      expect(body.error.message).toContain('only that person')
      expect((await shop.api.get(person, `agents/${first.agentId}`)).body.may.clearMarks).toBe(false)
    }
    expect(await taintOf(first)).toEqual(expect.any(String))
    expect((await shop.api.get(member, `agents/${second.agentId}`)).body.may.clearMarks).toBe(true)
    expect((await clear(member, second)).status).toBe(200)
    for (const agent of [first, second]) expect(await taintOf(agent)).toBeNull()
    expect(await shop.lastAction()).toEqual({
      ...{ action: 'account.clear_marks', subject: member.accountId, account: member.accountId },
    })
  })

  it('stays with a second factor from long ago, and comes back with the next such text', async () => {
    const member = await shop.member('viewer', 'stale')
    const grant = await shop.grantOf(member, 'support')
    await readNote(grant.token)
    expect(await clear(member, grant)).toMatchObject({ status: 403, body: { error: { code: 'second_factor' } } })
    expect(await taintOf(grant)).toEqual(expect.any(String))
    await asAuth('update auth.sessions set mfa_at = now() where user_id = $1', member.accountId)
    expect((await clear(member, grant)).status).toBe(200)
    expect(await taintOf(grant)).toBeNull()
    await readNote(grant.token)
    expect(await taintOf(grant)).toEqual(expect.any(String))
  })
})

describe('the database itself', () => {
  /** What it says to the hash of this session, whatever the server would have judged. */
  async function cleared(hash: string): Promise<boolean> {
    const { rows } = await shop.test.database.pools.app.query('select sec.clear_own_marks($1) as cleared', [hash])
    return rows[0].cleared
  }
  const hashOf = async ({ accountId }: Seated): Promise<string> =>
    (await asAuth('select token from auth.sessions where user_id = $1', accountId))[0]?.token

  it('clears nothing for a session that is stale, over, without a second factor, or not there', async () => {
    const member = await shop.member('viewer')
    const grant = await shop.grantOf(member, 'support')
    await readNote(grant.token)
    const hash = await hashOf(member)
    const set = (what: string) => asAuth(`update auth.sessions set ${what} where user_id = $1`, member.accountId)
    await set("mfa_at = now() - interval '10 minutes 1 second'")
    expect(await cleared(hash)).toBe(false)
    await set('mfa_at = null')
    expect(await cleared(hash)).toBe(false)
    await set("mfa_at = now(), expires_at = now() - interval '1 second'")
    expect(await cleared(hash)).toBe(false)
    expect(await cleared('A'.repeat(43))).toBe(false)
    expect(await cleared(await hashOf(shop.admin))).toBe(false)
    await set("expires_at = now() + interval '1 hour'")
    expect(await taintOf(grant)).toEqual(expect.any(String))
    expect(await cleared(hash)).toBe(true)
    expect(await taintOf(grant)).toBeNull()
  })
})
