import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { callTool } from '../support/rpc.ts'

let test: TestGate
let token: string

beforeAll(async () => {
  test = await startTestGate()
  token = await test.token(await test.agent(await test.workspace('alpha'), { role: 'operator' }))
}, 60_000)
afterAll(() => test?.stop())

const getStore = () => callTool(`${test.gate.url}/mcp`, token, { name: 'get_store', arguments: { store: 'harbour' } })

describe('without the database', () => {
  it('a call that was under way is withheld, and everything works again by itself', async () => {
    expect((await getStore()).isError).toBe(false)
    test.sandbox.setFault({ operation: '*', fault: 'slow:700', times: 1 })
    const running = getStore()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await test.database.crash()

    const withheld = await running
    expect(withheld.error).toMatchObject({ code: 'unavailable' })
    expect(withheld.error?.record).toBeUndefined()
    expect(withheld.raw).not.toContain('Harbour')

    const refused = await getStore()
    expect(refused.error).toMatchObject({ code: 'unavailable' })
    expect((await fetch(`${test.gate.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${test.gate.url}/healthz`)).status).toBe(200)

    await test.database.restart()
    expect((await getStore()).isError).toBe(false)
    expect((await fetch(`${test.gate.url}/readyz`)).status).toBe(200)
  }, 30_000)

  it('tells nobody anything about tokens', async () => {
    await test.database.crash()
    const withToken = await getStore()
    const without = await callTool(`${test.gate.url}/mcp`, undefined, {
      name: 'get_store',
      arguments: { store: 'harbour' },
    })
    expect(without.status).toBe(401)
    expect(withToken.error?.message).not.toMatch(/sql|postgres|socket|connect/i)
    await test.database.restart()
  }, 30_000)

  it('counts what it refused and records it when the database is back', async () => {
    await getStore()
    await test.gate.flush()
    const records = await test.database.jobs.inWorkspace('00000000-0000-0000-0000-000000000000', (tx) =>
      tx.selectFrom('audit.records').select('header').execute(),
    )
    const reasons = records.map(({ header }) => JSON.parse(header).reason)
    expect(reasons).toContain('unavailable')
  })
})
