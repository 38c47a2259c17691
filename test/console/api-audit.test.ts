import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withClient } from '#store'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop
let token: string

beforeAll(async () => {
  shop = await openShop()
  ;({ token } = await shop.machine('support'))
  await shop.call(token, 'search_orders')
  await shop.api.post(shop.admin, 'workspace/rename', { name: 'Harbour' })
}, 120_000)
afterAll(() => shop?.stop())

/** The whole text of a stream that ends by itself. */
async function stream(person: Seated, path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const address = shop.api.at(path)
  const response = await fetch(address, { headers: { cookie: person.browser.jar.header(address) ?? '' } })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** The events of a stream. */
const events = (text: string) =>
  [...text.matchAll(/event: (\w+)\ndata: (.*)/g)].map(([, event, data]) => ({ event, data: JSON.parse(data ?? '') }))

describe('the audit', () => {
  it('is for owners and admins', async () => {
    for (const path of ['audit', 'audit/verify', 'audit/export']) {
      expect({ path, status: (await stream(shop.viewer, path)).status }).toEqual({ path, status: 403 })
    }
    expect((await shop.api.get(shop.admin, 'audit')).status).toBe(200)
  })

  it('is searched by kind, by what was done, and by whom', async () => {
    const records = async (query: string) => (await shop.api.get(shop.admin, `audit?${query}`)).body.records
    expect(await records('kind=admin&action=workspace.')).toMatchObject([
      { action: 'workspace.rename', by: shop.admin.email },
    ])
    expect(await records(`account=${shop.owner.accountId}`)).toEqual([])
    expect(await records('kind=call')).toMatchObject([{ tool: 'search_orders', outcome: 'ok' }])
    expect(await records(`to=${new Date(0).toISOString()}`)).toEqual([])
    expect((await shop.api.get(shop.admin, 'audit?kind=everything')).body.error.field).toBe('kind')
  })

  it('is taken along as JSON lines, whose last one says that it is complete; that is recorded', async () => {
    const { text, headers } = await stream(shop.admin, 'audit/export')
    expect(headers.get('content-disposition')).toBe('attachment; filename="shop-records.jsonl"')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toEqual({ complete: true, records: lines.length - 1 })
    expect(lines[0]).toMatchObject({ record: lines.length - 1, header: { action: 'audit.export' } })
    expect(
      lines
        .map(({ hash }) => hash)
        .slice(0, -1)
        .every((hash) => /^[0-9a-f]{64}$/.test(hash)),
    ).toBe(true)
  })

  it('is checked with progress, and says that all is well', async () => {
    await shop.test.gate.flush()
    const told = events((await stream(shop.admin, 'audit/verify')).text)
    expect(told[0]).toMatchObject({ event: 'progress' })
    expect(told.at(-1)).toMatchObject({ event: 'report', data: { problems: [], problemsLeftOut: 0 } })
    expect(told.at(-1)?.data.heads).toBeGreaterThan(0)
  })

  it('ends a stream that cannot be read on, and says nothing of why to the browser or on the terminal', async () => {
    const printed = vi.spyOn(console, 'error')
    const run = (sql: string) => withClient(shop.test.database.superuser, (client) => client.query(sql))
    await run('alter table audit.heads rename to heads_away')
    const { text } = await stream(shop.admin, 'activity/live?after=1')
    await run('alter table audit.heads_away rename to heads')
    expect(text).toBe(': here\n\n')
    expect(printed).not.toHaveBeenCalled()
    expect(
      JSON.stringify(shop.test.mistakes.at(-1), (_, value) => (value instanceof Error ? value.message : value)),
    ).toContain('heads')
  })

  it('is checked, and says what was changed behind its back', async () => {
    await withClient(shop.test.database.superuser, async (client) => {
      await client.query('alter table audit.records disable trigger records_stay')
      await client.query(
        `update audit.records set header = replace(header, '"search_orders"', '"get_order"') where workspace_id = $1`,
        [shop.workspaceId],
      )
      await client.query('alter table audit.records enable trigger records_stay')
    })
    const report = events((await stream(shop.admin, 'audit/verify')).text).at(-1)
    expect(report?.data.problems).toEqual([expect.stringMatching(/^Record \d+ was changed/)])
  })
})
