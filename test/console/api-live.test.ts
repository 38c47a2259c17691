import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAuditLog, searchRecords } from '#audit'
import { type EventStream, openStream } from '../support/event-stream.ts'
import type { MemberGrant } from '../support/member-grant.ts'
import { startReplica } from '../support/replica.ts'
import type { Seated } from '../support/seated.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop
let opened: EventStream[] = []

beforeAll(async () => {
  shop = await openShop()
}, 120_000)
afterEach(async () => {
  await Promise.all(opened.map((stream) => stream.close()))
  opened = []
})
afterAll(() => shop?.stop())

async function listen({ browser }: Seated, { query = '', lastEventId }: { query?: string; lastEventId?: string } = {}) {
  const stream = await openStream(browser, shop.api.at(`activity/live${query}`), lastEventId)
  opened.push(stream)
  return stream
}

type Message = { readonly calls: { readonly record: number; readonly tool: string }[]; readonly matching: number }

const messagesOf = ({ events }: EventStream): Message[] =>
  events.filter(({ event }) => event === 'calls').map(({ data }) => JSON.parse(data))
const recordsOf = (stream: EventStream) => messagesOf(stream).flatMap(({ calls }) => calls.map(({ record }) => record))

/** Resolves when the stream has told where it begins: what comes after it is heard. */
const begun = (stream: EventStream) => expect.poll(() => stream.events.length, { timeout: 5_000 }).toBeGreaterThan(0)

/** A call that the gate answers; gives the number of its record. */
async function call({ token }: MemberGrant): Promise<number> {
  const { meta, status } = await shop.call(token, 'list_stores')
  const receipt = meta['tillgate/receipt']
  if (typeof receipt !== 'object' || receipt === null || !('record' in receipt)) throw new Error(`status ${status}`)
  return Number(receipt.record)
}

const asAuth = (text: string, id: string) => shop.test.database.pools.auth.query(text, [id])

describe('the live activity', () => {
  it('is an event stream that tells of a call within two seconds, as the list has it', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const stream = await listen(shop.admin)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    await begun(stream)
    const record = await call(grant)
    await expect.poll(() => recordsOf(stream), { timeout: 2_000 }).toEqual([record])
    const [newest] = (await shop.api.get(shop.admin, `activity?agent=${grant.agentId}`)).body.calls
    expect(messagesOf(stream).at(-1)?.calls).toEqual([newest])
    expect(stream.events.at(-1)?.id).toBe(String(record))
  })

  it('neither misses nor doubles a call for who comes back, while calls go on', async () => {
    const grants = await Promise.all([1, 2, 3].map(() => shop.grantOf(shop.viewer)))
    const first = await listen(shop.admin)
    await begun(first)
    const made: number[] = []
    let isOver = false
    const calling = grants.map(async (grant) => {
      while (!isOver) {
        made.push(await call(grant))
        await delay(110)
      }
    })
    let stream = first
    const heard: number[] = []
    for (let time = 0; time < 5; time += 1) {
      await expect.poll(() => recordsOf(stream).length, { timeout: 5_000 }).toBeGreaterThan(0)
      await stream.close()
      heard.push(...recordsOf(stream))
      await delay(time * 60)
      stream = await listen(shop.admin, { lastEventId: stream.events.at(-1)?.id ?? '' })
    }
    isOver = true
    await Promise.all(calling)
    await expect.poll(() => heard.length + recordsOf(stream).length, { timeout: 5_000 }).toBe(made.length)
    expect([...heard, ...recordsOf(stream)]).toEqual(made.toSorted((a, b) => a - b))
    expect(made.length).toBeGreaterThan(20)
  })

  it('begins after the number that it is told, with what came since', async () => {
    const grant = await shop.grantOf(shop.viewer)
    const [before, ...since] = [await call(grant), await call(grant), await call(grant)]
    const stream = await listen(shop.admin, { query: `?after=${before}` })
    await expect.poll(() => recordsOf(stream), { timeout: 5_000 }).toEqual(since)
  })

  it('tells of more calls than fit only the newest, and how many there were', async () => {
    const stream = await listen(shop.admin, { query: '?tool=get_store' })
    await begun(stream)
    const log = createAuditLog({ pool: shop.test.database.pools.audit })
    const header = () => ({ v: 1, kind: 'call', request: randomUUID(), at: Date.now(), outcome: 'ok' }) as const
    const entry = () => ({ workspaceId: shop.workspaceId, header: { ...header(), tool: 'get_store' } })
    await Promise.all(Array.from({ length: 90 }, () => log.append(entry())))
    await log.close()
    const matching = () => messagesOf(stream).reduce((sum, each) => sum + each.matching, 0)
    await expect.poll(matching, { timeout: 5_000 }).toBe(90)
    // The log writes in batches, and the stream may look between two of them.
    const most = messagesOf(stream).toSorted((a, b) => b.matching - a.matching)[0]
    expect(most?.matching).toBeGreaterThan(40)
    expect(most?.calls).toHaveLength(40)
    const { records } = await shop.inside((tx) => searchRecords(tx, { tool: 'get_store' }, { limit: 40 }))
    const newest = records.map(({ record }) => record).reverse()
    expect(recordsOf(stream).slice(-newest.length)).toEqual(newest)
  })
})

describe('who listens', () => {
  it('hears of the own agents only, without the seat for more', async () => {
    const [own, others] = [await shop.grantOf(shop.viewer), await shop.grantOf(shop.owner)]
    const stream = await listen(shop.viewer)
    await begun(stream)
    await call(others)
    const record = await call(own)
    await expect.poll(() => recordsOf(stream), { timeout: 5_000 }).toEqual([record])
  })

  it('hears of others no more from when the seat is taken', async () => {
    const former = await shop.member('admin')
    const [own, others] = [await shop.grantOf(former), await shop.grantOf(shop.owner)]
    const stream = await listen(former)
    await begun(stream)
    const before = await call(others)
    await expect.poll(() => recordsOf(stream), { timeout: 5_000 }).toEqual([before])
    await shop.inside((tx) =>
      tx.updateTable('tillgate.members').set({ seat: 'viewer' }).where('account_id', '=', former.accountId).execute(),
    )
    await call(others)
    const mine = await call(own)
    await expect.poll(() => recordsOf(stream), { timeout: 5_000 }).toEqual([before, mine])
  })

  it.each([
    [
      'the session is revoked',
      ({ accountId }: Seated) => asAuth('delete from auth.sessions where user_id = $1', accountId),
    ],
    [
      'the membership ends',
      ({ accountId }: Seated) =>
        shop.inside((tx) =>
          tx
            .updateTable('tillgate.members')
            .set({ removed_at: new Date() })
            .where('account_id', '=', accountId)
            .execute(),
        ),
    ],
  ])('is told within two seconds that it is over when %s, and nothing more', async (_, end) => {
    const leaving = await shop.member('admin')
    const grant = await shop.grantOf(shop.owner)
    const stream = await listen(leaving)
    await begun(stream)
    await end(leaving)
    await call(grant)
    const isOver = await Promise.race([stream.ended.then(() => true), delay(2_000, false)])
    expect(isOver).toBe(true)
    expect(stream.events.at(-1)).toEqual({ id: '', event: 'over', data: '' })
    expect(recordsOf(stream)).toEqual([])
  })

  it('is let go at once when the server stops', async () => {
    const replica = await startReplica(shop.test)
    const address = new URL('/api/w/shop/activity/live', replica.url)
    const streams = await Promise.all([1, 2].map(() => openStream(shop.admin.browser, address)))
    await Promise.all(streams.map(begun))
    const from = performance.now()
    const stopped = replica.stop()
    await Promise.all(streams.map(({ ended }) => ended))
    expect(performance.now() - from).toBeLessThan(1_000)
    await stopped
    expect(performance.now() - from).toBeLessThan(3_000)
  })
})
