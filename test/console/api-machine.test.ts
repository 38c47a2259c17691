import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isToken, tokenHash } from '#kernel'
import { withClient } from '#store'
import { requestToken } from '../support/gate.ts'
import { callTool, listTools } from '../support/rpc.ts'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterAll(() => shop?.stop())

const wanted = (more: object = {}) => ({
  name: `agent ${randomUUID()}`,
  role: 'analyst',
  stores: 'all',
  credential: 'key',
  ...more,
})
const make = (person: Seated, more?: object) => shop.api.post(person, 'agents', wanted(more))
const here = () => `${shop.test.gate.url}/mcp/w/shop`
const list = (url: string, token: string) => callTool(url, token, { name: 'list_stores', arguments: {} })

describe('a machine agent', () => {
  it('is made by an admin with a fresh second factor, and works with the secret that is shown once', async () => {
    expect((await make(shop.viewer, { credential: 'secret' })).status).toBe(403)
    expect((await make(await shop.member('admin', 'stale'), { credential: 'secret' })).body.error.code).toBe(
      'second_factor',
    )
    const { body } = await make(shop.admin, { credential: 'secret' })
    expect(await shop.lastAction()).toMatchObject({
      action: 'agent.create',
      subject: body.id,
      account: shop.admin.accountId,
    })
    const token = await requestToken(shop.test.gate.url, { client_id: body.client_id, client_secret: body.secret })
    expect((await list(`${shop.test.gate.url}/mcp`, token)).status).toBe(200)
    expect((await shop.api.get(shop.admin, `agents/${body.id}`)).text).not.toContain(body.secret)
  })

  it.each([
    [{ name: '' }, 'name'],
    [{ role: 'none' }, 'role'],
    [{ stores: ['elsewhere'] }, 'store'],
    [{ days: 91 }, 'days'],
    [{ days: 0 }, 'days'],
  ])('is refused with the field that is wrong: %j', async (wrong, field) => {
    const { status, body } = await make(shop.admin, wrong)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(body.error.field).toBe(field)
  })
})

describe('a machine agent whose record cannot be written', () => {
  it('is not made, and no key is given', async () => {
    const name = `agent ${randomUUID()}`
    await withClient(shop.test.database.superuser, (client) => client.query(HIDE))
    const { status, text } = await make(shop.admin, { name })
    await withClient(shop.test.database.superuser, (client) => client.query(SHOW))
    expect(status).toBe(503)
    expect(text).not.toContain('tg_key_')
    expect((await shop.api.get(shop.admin, `agents?text=${name}`)).body.total).toBe(0)
  })
})

const HIDE = 'alter table audit.heads rename to heads_away'
const SHOW = 'alter table audit.heads_away rename to heads'

describe('an agent key', () => {
  it('opens the endpoint of its workspace, and no other', async () => {
    const { key } = (await make(shop.admin)).body
    expect(isToken(key, 'key')).toBe(true)
    expect((await list(here(), key)).status).toBe(200)
    expect(await listTools(here(), key)).not.toContain('search_customers')
    expect((await list(`${shop.test.gate.url}/mcp`, key)).status).toBe(401)
  })

  it('is kept as a hash, for at most 90 days', async () => {
    const { key, id } = (await make(shop.admin, { days: 90 })).body
    const sql = `select model, resource, expires_at - now() < interval '90 days' as in_time, payload::text from auth.access_tokens where hash = $1`
    const { rows } = await shop.test.database.pools.auth.query(sql, [tokenHash(key)])
    expect(rows).toEqual([{ model: 'AgentKey', resource: 'w/shop', in_time: true, payload: '{}' }])
    expect((await shop.api.get(shop.admin, `agents/${id}`)).text).not.toContain(key)
  })

  it('is over when its time is, and when its agent is revoked', async () => {
    const first = (await make(shop.admin)).body
    await shop.api.post(shop.admin, `agents/${first.id}/revoke`)
    expect((await list(here(), first.key)).status).toBe(401)
    const second = (await make(shop.admin)).body
    const end = 'update auth.access_tokens set expires_at = now() where hash = $1'
    await shop.test.database.pools.auth.query(end, [tokenHash(second.key)])
    expect((await list(here(), second.key)).status).toBe(401)
  })

  it('that was changed by one character opens nothing', async () => {
    const { key } = (await make(shop.admin)).body
    const other = key.slice(0, 20) + (key[20] === 'A' ? 'B' : 'A') + key.slice(21)
    expect((await list(here(), other)).status).toBe(401)
  })
})
