import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Product, startProduct, tokenFor } from '../support/product.ts'
import { callTool } from '../support/rpc.ts'
import { makeHome, tillgate } from './support.ts'

let home: string
let product: Product
let operator: Record<string, string>
let data: string[]

beforeAll(async () => {
  home = makeHome()
  product = await startProduct({ data: join(home, 'data') })
  operator = { TILLGATE_OPERATOR_KEY: product.ready.operator_key ?? '' }
  data = ['--data', product.data, '--json']
}, 90_000)
afterAll(async () => {
  await product?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('beside a running Tillgate', () => {
  it('an agent is made, listed, used and revoked, and its next call is refused', async () => {
    const made = tillgate(['agent', 'create', 'courier', '--role', 'support', ...data], operator)
    expect(made.code).toBe(0)
    const { client_id, client_secret } = made.json().agent
    const ready = { ...product.ready, agents: { ...product.ready.agents, analyst: { client_id, client_secret } } }
    const token = await tokenFor(ready, 'analyst')
    const call = () => callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
    expect((await call()).isError).toBe(false)

    const listed = tillgate(['agent', 'list', ...data]).json().agents
    expect(listed).toContainEqual(expect.objectContaining({ name: 'courier', role: 'support', stores: ['harbour'] }))

    expect(tillgate(['agent', 'revoke', 'courier', ...data]).code).toBe(0)
    expect((await call()).status).toBe(401)
  })

  it('what widens needs the operator key, what stops does not', () => {
    for (const key of [{}, { TILLGATE_OPERATOR_KEY: 'wrong' }]) {
      for (const words of [
        ['agent', 'create', 'x', '--role', 'analyst'],
        ['workspace', 'create', 'other'],
      ]) {
        const refused = tillgate([...words, ...data], key)
        expect(refused.code).toBe(1)
        expect(refused.stderr).toContain('TILLGATE_OPERATOR_KEY')
      }
    }
    const gone = tillgate(['agent', 'revoke', 'nobody', ...data])
    expect(gone.code).toBe(1)
    expect(gone.stderr).not.toContain('TILLGATE_OPERATOR_KEY')
  })

  it('a second workspace gets a sandbox of its own', async () => {
    expect(tillgate(['workspace', 'create', 'second', '--name', 'Second', ...data], operator).code).toBe(0)
    const words = ['store', 'add', 'other', '--workspace', 'second', '--sandbox', product.ready.stores[0]?.url ?? '']
    const wrong = tillgate([...words, ...data], { ...operator, TILLGATE_SANDBOX_TOKEN: 'shpat_wrong' })
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).not.toContain('shpat_wrong')
  })

  it('the records verify, also against a receipt, and a false receipt shows', async () => {
    const token = await tokenFor(product.ready, 'operator')
    const answer = await callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
    const receipt = {
      workspace: product.ready.workspace.id,
      ...JSON.parse(JSON.stringify(answer.meta['tillgate/receipt'])),
    }
    const file = join(home, 'receipts.jsonl')
    writeFileSync(file, `${JSON.stringify(receipt)}\n`)
    expect(tillgate(['audit', 'verify', '--receipts', file, ...data]).json().ok).toBe(true)
    writeFileSync(file, `${JSON.stringify({ ...receipt, hash: '00'.repeat(32) })}\n`)
    const found = tillgate(['audit', 'verify', '--receipts', file, '--data', product.data])
    expect(found.code).toBe(1)
    expect(found.stdout).toContain('tampered')
  })

  it('the doctor finds nothing wrong', () => {
    expect(tillgate(['doctor', ...data]).json()).toMatchObject({ ok: true })
  })

  it('a second Tillgate on the same folder is refused with a sentence', () => {
    const second = tillgate(['serve', '--port', '0', '--data', product.data])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`${product.pid}`)
    expect(second.stderr).toMatch(/already uses the data folder/)
  })

  it('another one on its port is refused with a sentence', () => {
    const port = new URL(product.ready.url).port
    const other = tillgate(['demo', '--port', port, '--data', join(home, 'other')])
    expect(other.code).toBe(1)
    expect(other.stderr).toContain(`port ${port}`)
    expect(other.stderr).not.toMatch(/at .*\.js/)
  }, 60_000)
})

describe('wrong words', () => {
  it.each([
    [['agnet', 'list'], 'there is no command'],
    [['agent', 'create', 'x'], '--role'],
    [['demo', '--prot', '1'], '--prot'],
    [['sandbox', 'magento'], 'shopify'],
  ])('%s end with 2 and say what is right', (words, hint) => {
    const { code, stderr } = tillgate([...words, ...(words[0] === 'agent' ? ['--data', product.data] : [])], operator)
    expect(code).toBe(2)
    expect(stderr).toContain(hint)
  })

  it('every command has --help', () => {
    const names = [
      'demo',
      'serve',
      'migrate',
      'doctor',
      'workspace create',
      'agent create',
      'agent list',
      'agent revoke',
      'store add',
      'sandbox',
      'audit verify',
    ]
    for (const name of names) {
      const { code, stdout } = tillgate([...name.split(' '), '--help'])
      expect(code, name).toBe(0)
      expect(stdout).toContain(`tillgate ${name}`)
    }
  })
})
