import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '#sandbox'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { type Answer, callTool } from '../support/rpc.ts'

let test: TestGate
let token: string
let id: unknown

beforeAll(async () => {
  test = await startTestGate()
  const workspace = await test.workspace('alpha')
  token = await test.token(await test.agent(workspace, { role: 'operator' }))
  const found = await call('search_orders', { page_size: 1 })
  id = Array.isArray(found.value?.items) ? found.value.items[0].id : undefined
}, 60_000)
afterAll(() => test?.stop())
beforeEach(() => new Promise((resolve) => setTimeout(resolve, 110)))

const call = (name: string, args: object): Promise<Answer> =>
  callTool(`${test.gate.url}/mcp`, token, { name, arguments: { store: 'harbour', ...args } })

const getOrder = async (fault: Fault, times = 1) => {
  test.sandbox.setFault({ operation: '*', fault, times })
  const answer = await call('get_order', { id })
  test.sandbox.setFault({ operation: '*', fault, times: 0 })
  return answer
}

/** Words of the simulator's own failures; none of them may reach an agent. */
const INNER = /stack|trace|at \/|shpat_|SELECT|nginx|<html|Exception|127\.0\.0\.1|\.rb|undici|ECONN/i

describe('a store that fails', () => {
  it.each<[Fault, string]>([
    ['401', 'store_auth_failed'],
    ['403', 'store_refused'],
    ['404', 'store_unavailable'],
    ['500', 'store_unavailable'],
    ['garbage', 'store_bad_answer'],
    ['html', 'store_bad_answer'],
    ['truncated', 'store_bad_answer'],
    ['null_data', 'store_bad_answer'],
    ['redirect', 'store_bad_answer'],
    ['huge', 'answer_too_large'],
    ['reset', 'store_unavailable'],
  ])('with %s becomes %s, with a record and nothing of its own words', async (fault, code) => {
    const { error, isError, value, text, raw } = await getOrder(fault)
    expect(isError).toBe(true)
    expect(value).toBeUndefined()
    expect(error).toMatchObject({ code, record: expect.any(Number) })
    expect(text).toBe(`${error?.message} (${code}, record ${error?.record})`)
    expect(raw).not.toMatch(INNER)
  })

  it('that throttles is waited for within the time of the call', async () => {
    expect((await getOrder('throttled')).isError).toBe(false)
  })

  it('that only throttles ends in store_throttled with the seconds to wait', async () => {
    const { error } = await getOrder('429', 100)
    expect(error).toMatchObject({ code: 'store_throttled', retry_after_s: expect.any(Number) })
  }, 30_000)

  it('that never answers ends in store_timeout within the time of the call', async () => {
    const from = Date.now()
    const { error } = await getOrder('timeout')
    expect(error).toMatchObject({ code: 'store_timeout' })
    expect(Date.now() - from).toBeLessThan(22_000)
  }, 30_000)

  it('and sends fields that nobody knows: they are dropped and counted in the record', async () => {
    const { value, meta } = await getOrder('unknown_fields')
    expect(value).toMatchObject({ id })
    const receipt = meta['tillgate/receipt']
    const header = await headerOf(receipt)
    expect(header.unknown_fields).toBeGreaterThan(0)
  })

  it('and sends sentences where a word of a closed list belongs: none of them gets through', async () => {
    const { raw, isError } = await getOrder('bad_enum')
    expect(isError).toBe(false)
    expect(raw).not.toMatch(/ignore|instruction|sentence/i)
  })
})

describe('the readable part of the records', () => {
  it("holds none of the store's words, whatever failed", async () => {
    const [workspace] = await test.database.jobs.listWorkspaces()
    const rows = await test.database.jobs.inWorkspace(workspace?.workspace_id ?? '', (tx) =>
      tx.selectFrom('audit.records').select('header').execute(),
    )
    const failed = rows.map(({ header }) => header).filter((header) => JSON.parse(header).outcome !== 'ok')
    expect(failed.length).toBeGreaterThan(10)
    for (const header of failed) {
      expect(header).not.toMatch(INNER)
      expect(Object.keys(JSON.parse(header))).not.toContain('cause')
      expect(JSON.parse(header).reason).toBeUndefined()
    }
  })
})

async function headerOf(receipt: unknown): Promise<{ unknown_fields: number }> {
  const record = typeof receipt === 'object' && receipt !== null ? Reflect.get(receipt, 'record') : undefined
  const [workspace] = await test.database.jobs.listWorkspaces()
  return test.database.jobs.inWorkspace(workspace?.workspace_id ?? '', async (tx) => {
    const row = await tx
      .selectFrom('audit.records')
      .select('header')
      .where('seq', '=', String(record))
      .executeTakeFirstOrThrow()
    return JSON.parse(row.header)
  })
}
